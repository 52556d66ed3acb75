package io.maxmq.spi.intercept;

import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;

/**
 * Decides which sessions get a message, when it is routed and before anything of it is sent or queued: so, unlike
 * {@link DeliveryInterceptor}, also for sessions whose client is away. See {@link Interceptor} for order and failure; here nothing is
 * asynchronous, and a failure leaves the recipient out.
 *
 * <p><b>Thread:</b> the event loop of the recipient's session, where a message comes to all recipients of that loop one after the
 * other. The message is as it was published, a view. Asked about plain subscriptions; about shared ones
 * {@link SharedMemberInterceptor} is. Not asked about retained messages of a new subscription, about messages to one client
 * ({@code publishTo}), and about plain handlers of the application.
 *
 * <p>Who is left out is a drop event with {@code INTERCEPTED}; its publisher is told that all went well. <b>Cost:</b> one call and one
 * object per recipient, and one copy of the message per loop.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface RecipientInterceptor extends Interceptor {

    /** Looks at one recipient of one message. */
    Decision onRecipient(Recipient recipient, Message message);

    /**
     * An answer.
     *
     * @since 0.1.0
     */
    @Stable
    enum Decision {
        /** Gets it, as far as this interceptor is concerned. */
        PROCEED,
        /** Does not get it. */
        LEAVE_OUT
    }
}
