package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;

/**
 * Sees each message on its way to each client, when it is about to be sent for the first time. See {@link Interceptor}
 * for thread, order and failure; here a failure drops the delivery.
 *
 * <p>Never asynchronous, since a delivery that waits would reorder or hold the whole queue. The message is a view.
 * <b>Cost:</b> the recipients of a message no longer share its encoded bytes, so this is the most expensive interceptor:
 * one call and one encoding per recipient.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface DeliveryInterceptor extends Interceptor {

    /** Looks at one message for one recipient. */
    Decision onDelivery(ClientInfo recipient, Message message);

    /**
     * An answer. Immutable.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface Decision {

        /** Goes on as it is. */
        static Decision proceed() {
            return Proceed.INSTANCE;
        }

        /**
         * Goes on to this recipient as this message, at the QoS and with the RETAIN flag that it would have had anyway. One that
         * cannot be sent, by its topic or its properties, is a failure.
         */
        static Decision change(Message message) {
            return new Change(message);
        }

        /** Is not sent to this recipient; a drop event with {@code INTERCEPTED}. */
        static Decision drop() {
            return Drop.INSTANCE;
        }

        /**
         * See {@link Decision#proceed}.
         *
         * @since 0.1.0
         */
        @Stable
        record Proceed() implements Decision {
            static final Proceed INSTANCE = new Proceed();
        }

        /**
         * See {@link Decision#change}.
         *
         * @since 0.1.0
         */
        @Stable
        record Change(Message message) implements Decision {}

        /**
         * See {@link Decision#drop}.
         *
         * @since 0.1.0
         */
        @Stable
        record Drop() implements Decision {
            static final Drop INSTANCE = new Drop();
        }
    }
}
