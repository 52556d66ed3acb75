package io.maxmq.spi.intercept;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;

/**
 * Observes the steps of each message to each session: queued, sent, acknowledged or refused. Dropped messages are
 * {@code MessageDropped} events. Changes nothing; a failure is reported and has no other effect. See {@link Interceptor} for the order.
 *
 * <p><b>Thread:</b> the event loop of the session, one call at a time per session and in the order of the steps; a call must not block.
 * <b>Cost:</b> one call and one object for each step of each message, so use it for auditing and tests; metrics
 * count messages without that cost.
 *
 * @since 0.1.0
 */
@Stable
public non-sealed interface DeliveryObserver extends Interceptor {

    /** Called when the message waits: the client is away, does not read, or has a full window of unacknowledged messages. */
    default void onQueued(Delivery delivery) {}

    /** Called when PUBLISH is written to the client. */
    default void onSent(Delivery delivery) {}

    /** Called when the client takes over the message: PUBACK, or PUBREC at QoS 2. */
    default void onAcknowledged(Delivery delivery) {}

    /** Called when an MQTT 5.0 client refuses the message with an error in PUBACK or PUBREC. The broker does not send it again. */
    default void onRefused(Delivery delivery, ReasonCode reasonCode) {}
}
