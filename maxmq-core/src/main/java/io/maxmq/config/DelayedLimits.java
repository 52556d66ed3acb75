package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * Limits of messages that clients publish to {@code $delayed/SECONDS/TOPIC}, wills included. The broker acknowledges
 * such a message at once and publishes it to TOPIC after 1 or more SECONDS. Delayed messages are in memory; without a
 * store they are dropped, with an event, when the broker closes.
 *
 * <p>Authorizers decide about TOPIC when the PUBLISH arrives and again when the message is due. Then they see the
 * publisher as of the PUBLISH: user name, address and attributes, without its TLS session. A denied message is dropped,
 * with an event; after a failure of an authorizer the broker asks again 10 seconds later. The message keeps the QoS,
 * RETAIN and properties of the PUBLISH; a message expiry counts from the publication to TOPIC. The message no longer
 * depends on its publisher's session.
 *
 * <p>SECONDS that are not a number, 0, or too large get 0x90 in PUBACK, PUBREC or CONNACK; an MQTT 3 PUBLISH is
 * acknowledged and dropped, and one of QoS 0 is dropped, with an event. A message beyond one of the limits gets 0x97
 * and is dropped, with an event. Immutable.
 *
 * @param maxDelay longest delay, in whole seconds; 0 closes {@code $delayed}, as other topics that begin with
 *     {@code $}; default 42,949,670 s, about 16 months
 * @param maxMessages of the broker; default 100,000
 * @param maxBytes size of all delayed messages; counts towards the memory budget, of which half must be free; default
 *     64 MiB
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

    /** Returns the defaults. */
    public static DelayedLimits defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
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
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public DelayedLimits build() {
            return new DelayedLimits(maxDelay, maxMessages, maxBytes, maxMessagesPerClient, maxBytesPerClient);
        }
    }
}
