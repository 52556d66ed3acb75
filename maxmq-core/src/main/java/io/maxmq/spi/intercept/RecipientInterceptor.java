package io.maxmq.spi.intercept;

import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;

/**
 * Selects the sessions that get a message when it is routed, before it is sent or queued: so, unlike {@link DeliveryInterceptor}, also
 * sessions whose client is away. See {@link Interceptor} for order. Never asynchronous; a failure leaves the recipient out.
 *
 * <p><b>Thread:</b> the event loop of the recipient's session, where a message comes to all recipients of that loop one after the
 * other. The message is a view of the published one. The broker asks about plain subscriptions; {@link SharedMemberInterceptor} is for
 * shared ones. It does not ask about retained messages for a new subscription, about messages to one client ({@code publishTo}), and
 * about plain handlers of the application.
 *
 * <p>A dropped recipient emits a drop event with {@code INTERCEPTED}; the publisher's acknowledgement is a success. <b>Cost:</b> one call
 * and one object per recipient, and one copy of the message per loop.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface RecipientInterceptor extends Interceptor {

    /** Decides on one recipient of one message: {@link Decision#drop} leaves it out. */
    Decision.OfRecipient<Message> onRecipient(Recipient recipient, Message message);
}
