package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * Sees each filter of each UNSUBSCRIBE, in the packet's order. See {@link Interceptor} for thread,
 * order and failure.
 *
 * <p>A veto concerns its filter only, whose subscription stays: UNSUBACK carries the reason code (v5); v3 has no way to
 * refuse, so UNSUBACK says nothing of it.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface UnsubscribeInterceptor extends Interceptor {

    /** Looks at one filter. */
    Decision onUnsubscribe(ClientInfo client, String topicFilter);

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

        /** Goes on with this filter. */
        static Decision change(String topicFilter) {
            return new Change(topicFilter);
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
        record Change(String topicFilter) implements Decision {}

        /**
         * See {@link Decision#reject}.
         *
         * @param reasonCode an error that UNSUBACK may carry
         * @since 0.1.0
         */
        @Stable
        record Reject(ReasonCode reasonCode) implements Decision {

            /** Checks the reason code. */
            public Reject {
                Vetoes.check(reasonCode, PacketType.UNSUBACK);
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
