package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * Limits of a start with a store: the time that counts against expiries, and the wait for an answer. Immutable.
 *
 * <p>Sessions, messages, wills and delayed messages end by a time that the store carries from one start to the next.
 * While the broker runs, this time follows the monotonic clock, so a step of the wall clock has no effect. Between two
 * runs only the wall clock tells how much time has passed, and it may be wrong: a start counts at most
 * {@code maxExpiryCatchUp}, logs a warning when the clock says more, and counts nothing when the clock is behind. The
 * price of the bound: after the broker was down for longer, longer intervals end later by the excess.
 *
 * @param maxExpiryCatchUp the most time since the last run that a start counts; 1 minute or more; default 1 day: every
 *     interval up to a day ends on time after any downtime, and a clock that is years ahead ends no session that lasts
 *     longer
 * @param answerTimeout the longest wait for one answer of the store while the broker starts; then the start fails and
 *     names the store and the step. A large log takes a while to open; default 5 minutes
 * @since 0.1.0
 */
@Stable
public record RecoveryLimits(Duration maxExpiryCatchUp, Duration answerTimeout) {
    private static final Duration MIN_CATCH_UP = Duration.ofMinutes(1);
    static final Duration MAX = Duration.ofDays(36_500);

    /** Checks both values. */
    public RecoveryLimits {
        if (maxExpiryCatchUp.compareTo(MIN_CATCH_UP) < 0 || maxExpiryCatchUp.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    "maxExpiryCatchUp must be 1 minute to 36500 days: maxExpiryCatchUp=" + maxExpiryCatchUp);
        }
        SettingChecks.positive("answerTimeout", answerTimeout);
        if (answerTimeout.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    "answerTimeout must be at most 36500 days: answerTimeout=" + answerTimeout);
        }
    }

    /** Returns the defaults. */
    public static RecoveryLimits defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {
        private Duration maxExpiryCatchUp = Duration.ofDays(1);
        private Duration answerTimeout = Duration.ofMinutes(5);

        private Builder() {}

        /** See {@link RecoveryLimits#maxExpiryCatchUp()}. */
        public Builder maxExpiryCatchUp(Duration value) {
            maxExpiryCatchUp = value;
            return this;
        }

        /** See {@link RecoveryLimits#answerTimeout()}. */
        public Builder answerTimeout(Duration value) {
            answerTimeout = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public RecoveryLimits build() {
            return new RecoveryLimits(maxExpiryCatchUp, answerTimeout);
        }
    }
}
