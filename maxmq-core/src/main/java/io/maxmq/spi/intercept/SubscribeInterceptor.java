package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * Sees each filter of each SUBSCRIBE, in the packet's order, before it is authorized. See {@link Interceptor} for thread,
 * order and failure.
 *
 * <p>A veto concerns its filter only: SUBACK carries the reason code (v5), 0x80 (v3.1.1), or QoS 0 without deliveries
 * (v3.1, which has no failure code).
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface SubscribeInterceptor extends Interceptor {

    /** Looks at one filter. */
    Decision onSubscribe(ClientInfo client, SubscriptionRequest request);

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

        /** Goes on as this. */
        static Decision change(SubscriptionRequest request) {
            return new Change(request);
        }

        /** Refuses this filter. */
        static Decision reject(ReasonCode reasonCode) {
            return new Reject(reasonCode);
        }

        /** The answer comes with the stage, which must not answer {@code later} again. */
        static Decision later(CompletionStage<Decision> decision) {
            return new Later(decision);
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
        record Change(SubscriptionRequest request) implements Decision {}

        /**
         * See {@link Decision#reject}.
         *
         * @param reasonCode an error that SUBACK may carry
         * @since 0.1.0
         */
        @Stable
        record Reject(ReasonCode reasonCode) implements Decision {

            /** Checks the reason code. */
            public Reject {
                Vetoes.check(reasonCode, PacketType.SUBACK);
            }
        }

        /**
         * See {@link Decision#later}.
         *
         * @since 0.1.0
         */
        @Stable
        record Later(CompletionStage<Decision> decision) implements Decision {}
    }
}
