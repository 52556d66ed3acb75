package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Limits of retained messages. A message beyond a limit is refused, with an event: PUBACK and PUBREC have 0x97, and it
 * is not delivered. Immutable.
 *
 * @param maxMessages default 1,000,000
 * @param maxBytes size of all retained messages: about 112 bytes for each, its payload and properties, and more for
 *     large messages and long topic names; at most a quarter of the memory budget, towards which it counts; default 256
 *     MiB
 * @param maxPayloadBytes of one retained message; default 1 MiB
 * @since 0.1.0
 */
@Stable
public record RetainedLimits(int maxMessages, long maxBytes, int maxPayloadBytes) {

    /** Checks every value. */
    public RetainedLimits {
        SettingChecks.range("maxMessages", maxMessages, 0, Integer.MAX_VALUE);
        SettingChecks.range("maxBytes", maxBytes, 0, Long.MAX_VALUE);
        SettingChecks.range("maxPayloadBytes", maxPayloadBytes, 0, 268435460);
    }

    /** Returns the defaults. */
    public static RetainedLimits defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxMessages = maxMessages;
        builder.maxBytes = maxBytes;
        builder.maxPayloadBytes = maxPayloadBytes;
        return builder;
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private int maxMessages = 1_000_000;
        private long maxBytes = 256L << 20;
        private int maxPayloadBytes = 1 << 20;

        private Builder() {}

        /** See {@link RetainedLimits#maxMessages()}. */
        public Builder maxMessages(int value) {
            maxMessages = value;
            return this;
        }

        /** See {@link RetainedLimits#maxBytes()}. */
        public Builder maxBytes(long value) {
            maxBytes = value;
            return this;
        }

        /** See {@link RetainedLimits#maxPayloadBytes()}. */
        public Builder maxPayloadBytes(int value) {
            maxPayloadBytes = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public RetainedLimits build() {
            return new RetainedLimits(maxMessages, maxBytes, maxPayloadBytes);
        }
    }
}
