package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sees each CONNECT before authentication. See {@link Interceptor} for thread, order and failure.
 *
 * <p>A veto answers CONNACK with the reason code and reason string (v5), or the nearest of 2 to 5 (v3), and closes the
 * connection; a running session of that client id is not touched.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface ConnectInterceptor extends Interceptor {

    /** Looks at one CONNECT. */
    Decision onConnect(ConnectRequest request);

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

        /** Goes on with these values. */
        static Decision change(ConnectRequest request) {
            return new Change(request);
        }

        /** Refuses the connection. */
        static Decision reject(ReasonCode reasonCode, @Nullable String reason) {
            return new Reject(reasonCode, reason);
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
        record Change(ConnectRequest request) implements Decision {}

        /**
         * See {@link Decision#reject}.
         *
         * @param reasonCode an error that CONNACK may carry
         * @param reason for the log and the v5 client's Reason String
         * @since 0.1.0
         */
        @Stable
        record Reject(ReasonCode reasonCode, @Nullable String reason) implements Decision {

            /** Checks the reason code. */
            public Reject {
                Vetoes.check(reasonCode, PacketType.CONNACK);
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
