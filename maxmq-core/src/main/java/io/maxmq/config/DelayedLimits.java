package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * Messages that clients publish to {@code $delayed/SECONDS/TOPIC}: acknowledged at once, published to TOPIC after so many
 * seconds, 1 or more. Wills too. They are in memory; without a storage they are gone when the broker
 * closes, with a drop event.
 *
 * <p>Authorizers are asked about TOPIC when the PUBLISH comes, and again when the message is due, about its author as it was at the PUBLISH: user
 * name, address and attributes, without its TLS session. A message that they deny then is dropped, with an event; when one of them fails it is
 * asked again 10 seconds later. QoS, RETAIN and properties are those of the PUBLISH; a message
 * expiry counts from when it is published to TOPIC. The message does not depend on its publisher's session any more.
 *
 * <p>SECONDS that are no number, 0, or too many are answered with 0x90 in PUBACK, PUBREC or CONNACK; a v3 PUBLISH is acknowledged
 * and dropped, as is one of QoS 0, with an event. Beyond one of the limits 0x97 is the answer, and the message is dropped, with an
 * event. Immutable.
 *
 * @param maxDelay longest delay, in whole seconds; 0 closes {@code $delayed}, as other topics that begin with {@code $};
 *     default 42,949,670 s, about 16 months
 * @param maxMessages of the broker; default 100,000
 * @param maxBytes of these; counts towards the memory budget, of which half must be free; default 64 MiB
 * @param maxMessagesPerClient default 1000
 * @param maxBytesPerClient default 8 MiB
 * @since 0.1.0
 */
@Stable
public record DelayedLimits(
        Duration maxDelay, int maxMessages, long maxBytes, int maxMessagesPerClient, long maxBytesPerClient) {
    private static final long LONGEST_SECONDS = Integer.MAX_VALUE;

    /** Checks every value. */
    public DelayedLimits {
        SettingChecks.notNegative("maxDelay", maxDelay);
        if (maxDelay.getNano() != 0 || maxDelay.toSeconds() > LONGEST_SECONDS) {
            throw new IllegalArgumentException(
                    "maxDelay must be whole seconds, at most " + LONGEST_SECONDS + ": maxDelay=" + maxDelay);
        }
        SettingChecks.range("maxMessages", maxMessages, 0, Integer.MAX_VALUE);
        SettingChecks.range("maxBytes", maxBytes, 0, Long.MAX_VALUE);
        SettingChecks.range("maxMessagesPerClient", maxMessagesPerClient, 0, Integer.MAX_VALUE);
        SettingChecks.range("maxBytesPerClient", maxBytesPerClient, 0, Long.MAX_VALUE);
    }

    /** The defaults. */
    public static DelayedLimits defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxDelay = maxDelay;
        builder.maxMessages = maxMessages;
        builder.maxBytes = maxBytes;
        builder.maxMessagesPerClient = maxMessagesPerClient;
        builder.maxBytesPerClient = maxBytesPerClient;
        return builder;
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private Duration maxDelay = Duration.ofSeconds(42_949_670);
        private int maxMessages = 100_000;
        private long maxBytes = 64L << 20;
        private int maxMessagesPerClient = 1000;
        private long maxBytesPerClient = 8L << 20;

        private Builder() {}

        /** See {@link DelayedLimits#maxDelay()}. */
        public Builder maxDelay(Duration value) {
            maxDelay = value;
            return this;
        }

        /** See {@link DelayedLimits#maxMessages()}. */
        public Builder maxMessages(int value) {
            maxMessages = value;
            return this;
        }

        /** See {@link DelayedLimits#maxBytes()}. */
        public Builder maxBytes(long value) {
            maxBytes = value;
            return this;
        }

        /** See {@link DelayedLimits#maxMessagesPerClient()}. */
        public Builder maxMessagesPerClient(int value) {
            maxMessagesPerClient = value;
            return this;
        }

        /** See {@link DelayedLimits#maxBytesPerClient()}. */
        public Builder maxBytesPerClient(long value) {
            maxBytesPerClient = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException naming the field and its value
         */
        public DelayedLimits build() {
            return new DelayedLimits(maxDelay, maxMessages, maxBytes, maxMessagesPerClient, maxBytesPerClient);
        }
    }
}
