package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * How much the broker retains. Beyond it a message is refused, with an event: PUBACK and PUBREC have 0x97, and it is not
 * delivered. Immutable.
 *
 * @param maxMessages default 1,000,000
 * @param maxBytes that retained messages take: some 112 for each, its payload and properties, and more for large ones and for long
 *     topic names; counts towards the memory budget, a quarter of which it may take; default 256 MiB
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

    /** The defaults. */
    public static RetainedLimits defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
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
         * The settings.
         *
         * @throws IllegalArgumentException naming the field and its value
         */
        public RetainedLimits build() {
            return new RetainedLimits(maxMessages, maxBytes, maxPayloadBytes);
        }
    }
}
