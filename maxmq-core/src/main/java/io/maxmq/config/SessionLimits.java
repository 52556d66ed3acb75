package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * Limits of one session, and of the number of sessions. Immutable.
 *
 * @param maxQueuedMessages messages that wait for a client, online or not, without those in flight; default 1000
 * @param maxQueuedBytes topic and payload bytes of these messages; default 8 MiB
 * @param maxStoredMessages replaces {@code maxQueuedMessages} for a session whose queue is in a store; default
 *     1,000,000
 * @param maxStoredBytes replaces {@code maxQueuedBytes} in the same way; default 1 GiB
 * @param maxInFlight unacknowledged QoS 1 and 2 messages to the client; an MQTT 5.0 client may reduce it by its receive
 *     maximum; default 100
 * @param maxSubscriptions topic filters of a session; default 1000
 * @param maxExpiry longest time that a session outlives its connection; announced to MQTT 5.0 clients; default 30 days
 * @param defaultExpiryV3 expiry of an MQTT 3 session without Clean Session, as the client cannot set it; default 30
 *     days, at most {@code maxExpiry} counts
 * @param maxSessions sessions of the broker; the CONNECT of a further one is refused with 0x97 (MQTT 3: 3); default
 *     1,000,000
 * @param maxSessionsPerUser sessions that one user of a tenant created, connected or not, including those from before a
 *     restart; clients without a user name are not counted; 1 or more, default half of {@code maxSessions}
 * @param overflow policy for a full queue; default {@link Overflow#DROP_NEWEST}
 * @since 0.1.0
 */
@Stable
public record SessionLimits(
        int maxQueuedMessages,
        long maxQueuedBytes,
        int maxStoredMessages,
        long maxStoredBytes,
        int maxInFlight,
        int maxSubscriptions,
        Duration maxExpiry,
        Duration defaultExpiryV3,
        int maxSessions,
        int maxSessionsPerUser,
        Overflow overflow) {

    /** Checks every value. */
    public SessionLimits {
        SettingChecks.range("maxQueuedMessages", maxQueuedMessages, 1, Integer.MAX_VALUE);
        SettingChecks.range("maxQueuedBytes", maxQueuedBytes, 1, Long.MAX_VALUE);
        SettingChecks.range("maxStoredMessages", maxStoredMessages, 1, Integer.MAX_VALUE);
        SettingChecks.range("maxStoredBytes", maxStoredBytes, 1, Long.MAX_VALUE);
        SettingChecks.range("maxInFlight", maxInFlight, 1, 65535);
        SettingChecks.range("maxSubscriptions", maxSubscriptions, 1, Integer.MAX_VALUE);
        SettingChecks.notNegative("maxExpiry", maxExpiry);
        SettingChecks.notNegative("defaultExpiryV3", defaultExpiryV3);
        SettingChecks.range("maxSessions", maxSessions, 1, Integer.MAX_VALUE);
        SettingChecks.range("maxSessionsPerUser", maxSessionsPerUser, 1, Integer.MAX_VALUE);
    }

    private static int half(int sessions) {
        return Math.max(1, sessions / 2);
    }

    /** Returns {@link Builder#HALF} for half of {@code maxSessions}. */
    int maxSessionsPerUserOrHalf() {
        return maxSessionsPerUser == half(maxSessions) ? Builder.HALF : maxSessionsPerUser;
    }

    /** Returns the defaults. */
    public static SessionLimits defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxQueuedMessages = maxQueuedMessages;
        builder.maxQueuedBytes = maxQueuedBytes;
        builder.maxStoredMessages = maxStoredMessages;
        builder.maxStoredBytes = maxStoredBytes;
        builder.maxInFlight = maxInFlight;
        builder.maxSubscriptions = maxSubscriptions;
        builder.maxExpiry = maxExpiry;
        builder.defaultExpiryV3 = defaultExpiryV3;
        builder.maxSessions = maxSessions;
        builder.maxSessionsPerUser = maxSessionsPerUserOrHalf();
        builder.overflow = overflow;
        return builder;
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {
        /** Stands for half of {@code maxSessions} at the time of {@link #build}. */
        private static final int HALF = 0;

        private int maxQueuedMessages = 1000;
        private long maxQueuedBytes = 8 << 20;
        private int maxStoredMessages = 1_000_000;
        private long maxStoredBytes = 1 << 30;
        private int maxInFlight = 100;
        private int maxSubscriptions = 1000;
        private Duration maxExpiry = Duration.ofDays(30);
        private Duration defaultExpiryV3 = Duration.ofDays(30);
        private int maxSessions = 1_000_000;
        private int maxSessionsPerUser = HALF;
        private Overflow overflow = Overflow.DROP_NEWEST;

        private Builder() {}

        /** See {@link SessionLimits#maxQueuedMessages()}. */
        public Builder maxQueuedMessages(int value) {
            maxQueuedMessages = value;
            return this;
        }

        /** See {@link SessionLimits#maxQueuedBytes()}. */
        public Builder maxQueuedBytes(long value) {
            maxQueuedBytes = value;
            return this;
        }

        /** See {@link SessionLimits#maxStoredMessages()}. */
        public Builder maxStoredMessages(int value) {
            maxStoredMessages = value;
            return this;
        }

        /** See {@link SessionLimits#maxStoredBytes()}. */
        public Builder maxStoredBytes(long value) {
            maxStoredBytes = value;
            return this;
        }

        /** See {@link SessionLimits#maxInFlight()}. */
        public Builder maxInFlight(int value) {
            maxInFlight = value;
            return this;
        }

        /** See {@link SessionLimits#maxSubscriptions()}. */
        public Builder maxSubscriptions(int value) {
            maxSubscriptions = value;
            return this;
        }

        /** See {@link SessionLimits#maxExpiry()}. */
        public Builder maxExpiry(Duration value) {
            maxExpiry = value;
            return this;
        }

        /** See {@link SessionLimits#defaultExpiryV3()}. */
        public Builder defaultExpiryV3(Duration value) {
            defaultExpiryV3 = value;
            return this;
        }

        /** See {@link SessionLimits#maxSessions()}. */
        public Builder maxSessions(int value) {
            maxSessions = value;
            return this;
        }

        /** See {@link SessionLimits#maxSessionsPerUser()}; 0 for half of {@link SessionLimits#maxSessions()}. */
        public Builder maxSessionsPerUser(int value) {
            maxSessionsPerUser = value;
            return this;
        }

        /** See {@link SessionLimits#overflow()}. */
        public Builder overflow(Overflow value) {
            overflow = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public SessionLimits build() {
            return new SessionLimits(
                    maxQueuedMessages,
                    maxQueuedBytes,
                    maxStoredMessages,
                    maxStoredBytes,
                    maxInFlight,
                    maxSubscriptions,
                    maxExpiry,
                    defaultExpiryV3,
                    maxSessions,
                    maxSessionsPerUser == HALF ? half(maxSessions) : maxSessionsPerUser,
                    overflow);
        }
    }
}
