package io.maxmq.spi.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An authorizer's answer. Immutable. {@link #stage()} gives the same answer as a completed stage without creating
 * anything when it is one of the constants.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Authorization {

    /** Yes, and may be remembered for this client and topic. */
    static Allowed allowed() {
        return Allowed.CACHEABLE;
    }

    /** Yes, this once: ask again next time. */
    static Allowed allowedOnce() {
        return Allowed.ONCE;
    }

    /** No, 0x87 (Not authorized), and may be remembered. */
    static Denied denied() {
        return Denied.CACHEABLE;
    }

    /** No, 0x87 (Not authorized), this once: ask again next time. */
    static Denied deniedOnce() {
        return Denied.ONCE;
    }

    /**
     * No opinion: asks the next authorizer. When all say so the action is denied. Remembered with the answer that
     * decides.
     */
    static Next next() {
        return Next.INSTANCE;
    }

    /** This answer as a completed stage. */
    CompletionStage<Authorization> stage();

    /**
     * May do it.
     *
     * @param cacheable whether the broker may remember it for this client and topic until the rules change
     * @since 0.1.0
     */
    @Stable
    record Allowed(boolean cacheable) implements Authorization {
        static final Allowed CACHEABLE = new Allowed(true);
        static final Allowed ONCE = new Allowed(false);
        private static final CompletionStage<Authorization> CACHEABLE_STAGE =
                CompletableFuture.completedFuture(CACHEABLE);
        private static final CompletionStage<Authorization> ONCE_STAGE = CompletableFuture.completedFuture(ONCE);

        @Override
        public CompletionStage<Authorization> stage() {
            return cacheable ? CACHEABLE_STAGE : ONCE_STAGE;
        }
    }

    /**
     * May not do it.
     *
     * @param reasonCode an error; one that the answering packet may not carry is replaced by 0x87
     * @param cacheable whether the broker may remember it for this client and topic until the rules change
     * @since 0.1.0
     */
    @Stable
    record Denied(ReasonCode reasonCode, boolean cacheable) implements Authorization {
        static final Denied CACHEABLE = new Denied(ReasonCode.NOT_AUTHORIZED, true);
        static final Denied ONCE = new Denied(ReasonCode.NOT_AUTHORIZED, false);
        private static final CompletionStage<Authorization> CACHEABLE_STAGE =
                CompletableFuture.completedFuture(CACHEABLE);

        /** Checks the reason code. */
        public Denied {
            if (!reasonCode.isError()) {
                throw new IllegalArgumentException("reasonCode must be an error: reasonCode=" + reasonCode);
            }
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // only the constant has a stage of its own
        public CompletionStage<Authorization> stage() {
            return this == CACHEABLE ? CACHEABLE_STAGE : CompletableFuture.completedFuture(this);
        }
    }

    /**
     * No opinion.
     *
     * @since 0.1.0
     */
    @Stable
    record Next() implements Authorization {
        static final Next INSTANCE = new Next();
        private static final CompletionStage<Authorization> STAGE = CompletableFuture.completedFuture(INSTANCE);

        @Override
        public CompletionStage<Authorization> stage() {
            return STAGE;
        }
    }
}
