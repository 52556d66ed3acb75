package io.maxmq.spi.intercept;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;

/**
 * Sees what becomes of each message for each session: queued, sent, acknowledged or refused. What is dropped is a
 * {@code MessageDropped}. Cannot change anything: a failure is reported, and that is all. See {@link Interceptor} for the order.
 *
 * <p><b>Thread:</b> the event loop of the session, one call at a time per session and in the order of what happens; must not block.
 * <b>Cost:</b> one call and one object for each step of each message, so use it for auditing and tests rather than for counting, which
 * metrics do for nothing.
 *
 * @since 0.1.0
 */
@Stable
public non-sealed interface DeliveryObserver extends Interceptor {

    /** The message waits: the client is away, takes nothing for now, or has not acknowledged as many as it may. */
    default void onQueued(Delivery delivery) {}

    /** PUBLISH was written to the client. */
    default void onSent(Delivery delivery) {}

    /** The message is the client's: PUBACK, or PUBREC at QoS 2. */
    default void onAcknowledged(Delivery delivery) {}

    /** The client does not take it (MQTT 5.0): PUBACK or PUBREC with an error. The broker is done with it all the same. */
    default void onRefused(Delivery delivery, ReasonCode reasonCode) {}
}
