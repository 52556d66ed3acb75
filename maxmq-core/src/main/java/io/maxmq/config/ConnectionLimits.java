package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * Limits and timeouts of one connection. Immutable.
 *
 * @param connectTimeout from the accepted socket to the complete CONNECT, however slowly its bytes arrive; default 10 s
 * @param maxTlsHandshakes concurrent TLS handshakes of one listener that clients have begun; further clients wait,
 *     unread, for at most {@code connectTimeout}, and while any client waits, handshakes that take longer than half of
 *     that are ended; default 10,000
 * @param packetTimeout from a packet's first byte to its last; extended by the same time whenever at least 1 KiB per
 *     second of it has arrived. A slower client is disconnected (v5 0x83). Does not run while the broker has stopped
 *     reading; default 60 s
 * @param authenticationTimeout for one exchange of enhanced authentication, from CONNECT, or from the AUTH that
 *     requests re-authentication, to the decision; default 10 s
 * @param maxPacketBytes of one packet from a client, header included; announced to MQTT 5.0 clients; default 1 MiB
 * @param maxPacketBytesBeforeConnect of the first packet; default 64 KiB
 * @param maxKeepAlive longest keep alive, also in place of 0. MQTT 5.0 clients see it as Server Keep Alive, and it
 *     applies to MQTT 3 clients without an announcement; at 65535 s an MQTT 3 client with keep alive 0 has none, and
 *     only TCP keep-alive detects a vanished host; default 65535 s
 * @param maxKeepAliveAnonymous longest keep alive of clients without a user name; default 1 h
 * @param receiveMaximum unacknowledged QoS 1 and 2 publishes of an MQTT 5.0 client; a client that sends more is
 *     disconnected. Not applied to MQTT 3 clients, which cannot know it; default 100
 * @param topicAliasMaximum topic aliases that a client may set; default 32
 * @param topicAliasMaximumOutbound topic aliases that the broker sets on a connection, if the client allows as many,
 *     for repeated topics; 0 disables them, as Eclipse Paho's MQTT 5.0 client 1.2.5 requires, which announces aliases
 *     and then delivers an empty topic; default 32
 * @param maxTopicLevels levels of a topic name or filter; default 128
 * @param maxClientIdBytes of a client identifier in UTF-8; default 256
 * @param longClientIdsInV31 whether MQTT 3.1 clients may have client identifiers of more than the 23 bytes of that
 *     version; default true
 * @param maxWillBytes of a will's payload; default 64 KiB
 * @param maxUserProperties user properties of one packet; default 128
 * @param maxUserPropertyBytes of all user properties of one packet; default 32 KiB
 * @param outboundLowWatermarkBytes unsent output below which sending resumes; default 2 MiB
 * @param outboundHighWatermarkBytes unsent output above which QoS 0 is dropped, QoS 1 and 2 wait in the session, and
 *     reading from this client stops; default 4 MiB
 * @param slowConsumerTimeout time above the high watermark without progress, after which the connection is closed;
 *     default 30 s
 * @since 0.1.0
 */
@Stable
public record ConnectionLimits(
        Duration connectTimeout,
        int maxTlsHandshakes,
        Duration packetTimeout,
        Duration authenticationTimeout,
        int maxPacketBytes,
        int maxPacketBytesBeforeConnect,
        Duration maxKeepAlive,
        Duration maxKeepAliveAnonymous,
        int receiveMaximum,
        int topicAliasMaximum,
        int topicAliasMaximumOutbound,
        int maxTopicLevels,
        int maxClientIdBytes,
        boolean longClientIdsInV31,
        int maxWillBytes,
        int maxUserProperties,
        int maxUserPropertyBytes,
        int outboundLowWatermarkBytes,
        int outboundHighWatermarkBytes,
        Duration slowConsumerTimeout) {

    /** Checks every value. */
    public ConnectionLimits {
        SettingChecks.positive("connectTimeout", connectTimeout);
        SettingChecks.range("maxTlsHandshakes", maxTlsHandshakes, 1, 1_000_000);
        SettingChecks.positive("packetTimeout", packetTimeout);
        SettingChecks.positive("authenticationTimeout", authenticationTimeout);
        SettingChecks.range("maxPacketBytes", maxPacketBytes, 1024, 268435460);
        SettingChecks.range("maxPacketBytesBeforeConnect", maxPacketBytesBeforeConnect, 64, 268435460);
        SettingChecks.keepAlive("maxKeepAlive", maxKeepAlive);
        SettingChecks.keepAlive("maxKeepAliveAnonymous", maxKeepAliveAnonymous);
        SettingChecks.range("receiveMaximum", receiveMaximum, 1, 65535);
        SettingChecks.range("topicAliasMaximum", topicAliasMaximum, 0, 65535);
        SettingChecks.range("topicAliasMaximumOutbound", topicAliasMaximumOutbound, 0, 65535);
        SettingChecks.range("maxTopicLevels", maxTopicLevels, 1, 65535);
        SettingChecks.range("maxClientIdBytes", maxClientIdBytes, 23, 65535);
        SettingChecks.range("maxWillBytes", maxWillBytes, 0, 268435460);
        SettingChecks.range("maxUserProperties", maxUserProperties, 0, 1048576);
        SettingChecks.range("maxUserPropertyBytes", maxUserPropertyBytes, 0, 268435460);
        SettingChecks.range("outboundLowWatermarkBytes", outboundLowWatermarkBytes, 1, 1073741824);
        SettingChecks.range("outboundHighWatermarkBytes", outboundHighWatermarkBytes, 1, 1073741824);
        SettingChecks.positive("slowConsumerTimeout", slowConsumerTimeout);
        if (outboundLowWatermarkBytes > outboundHighWatermarkBytes) {
            throw new IllegalArgumentException("outboundLowWatermarkBytes must not exceed outboundHighWatermarkBytes: "
                    + outboundLowWatermarkBytes + " > " + outboundHighWatermarkBytes);
        }
        if (maxPacketBytesBeforeConnect > maxPacketBytes) {
            throw new IllegalArgumentException("maxPacketBytesBeforeConnect must not exceed maxPacketBytes: "
                    + maxPacketBytesBeforeConnect + " > " + maxPacketBytes);
        }
    }

    /** Returns the defaults. */
    public static ConnectionLimits defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.connectTimeout = connectTimeout;
        builder.maxTlsHandshakes = maxTlsHandshakes;
        builder.packetTimeout = packetTimeout;
        builder.authenticationTimeout = authenticationTimeout;
        builder.maxPacketBytes = maxPacketBytes;
        builder.maxPacketBytesBeforeConnect = maxPacketBytesBeforeConnect;
        builder.maxKeepAlive = maxKeepAlive;
        builder.maxKeepAliveAnonymous = maxKeepAliveAnonymous;
        builder.receiveMaximum = receiveMaximum;
        builder.topicAliasMaximum = topicAliasMaximum;
        builder.topicAliasMaximumOutbound = topicAliasMaximumOutbound;
        builder.maxTopicLevels = maxTopicLevels;
        builder.maxClientIdBytes = maxClientIdBytes;
        builder.longClientIdsInV31 = longClientIdsInV31;
        builder.maxWillBytes = maxWillBytes;
        builder.maxUserProperties = maxUserProperties;
        builder.maxUserPropertyBytes = maxUserPropertyBytes;
        builder.outboundLowWatermarkBytes = outboundLowWatermarkBytes;
        builder.outboundHighWatermarkBytes = outboundHighWatermarkBytes;
        builder.slowConsumerTimeout = slowConsumerTimeout;
        return builder;
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private Duration connectTimeout = Duration.ofSeconds(10);
        private int maxTlsHandshakes = 10_000;
        private Duration packetTimeout = Duration.ofSeconds(60);
        private Duration authenticationTimeout = Duration.ofSeconds(10);
        private int maxPacketBytes = 1 << 20;
        private int maxPacketBytesBeforeConnect = 64 << 10;
        private Duration maxKeepAlive = Duration.ofSeconds(0xFFFF);
        private Duration maxKeepAliveAnonymous = Duration.ofHours(1);
        private int receiveMaximum = 100;
        private int topicAliasMaximum = 32;
        private int topicAliasMaximumOutbound = 32;
        private int maxTopicLevels = 128;
        private int maxClientIdBytes = 256;
        private boolean longClientIdsInV31 = true;
        private int maxWillBytes = 64 << 10;
        private int maxUserProperties = 128;
        private int maxUserPropertyBytes = 32 << 10;
        private int outboundLowWatermarkBytes = 2 << 20;
        private int outboundHighWatermarkBytes = 4 << 20;
        private Duration slowConsumerTimeout = Duration.ofSeconds(30);

        private Builder() {}

        /** See {@link ConnectionLimits#connectTimeout()}. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxTlsHandshakes()}. */
        public Builder maxTlsHandshakes(int value) {
            maxTlsHandshakes = value;
            return this;
        }

        /** See {@link ConnectionLimits#packetTimeout()}. */
        public Builder packetTimeout(Duration value) {
            packetTimeout = value;
            return this;
        }

        /** See {@link ConnectionLimits#authenticationTimeout()}. */
        public Builder authenticationTimeout(Duration value) {
            authenticationTimeout = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxPacketBytes()}. */
        public Builder maxPacketBytes(int value) {
            maxPacketBytes = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxPacketBytesBeforeConnect()}. */
        public Builder maxPacketBytesBeforeConnect(int value) {
            maxPacketBytesBeforeConnect = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxKeepAlive()}. */
        public Builder maxKeepAlive(Duration value) {
            maxKeepAlive = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxKeepAliveAnonymous()}. */
        public Builder maxKeepAliveAnonymous(Duration value) {
            maxKeepAliveAnonymous = value;
            return this;
        }

        /** See {@link ConnectionLimits#receiveMaximum()}. */
        public Builder receiveMaximum(int value) {
            receiveMaximum = value;
            return this;
        }

        /** See {@link ConnectionLimits#topicAliasMaximum()}. */
        public Builder topicAliasMaximum(int value) {
            topicAliasMaximum = value;
            return this;
        }

        /** See {@link ConnectionLimits#topicAliasMaximumOutbound()}. */
        public Builder topicAliasMaximumOutbound(int value) {
            topicAliasMaximumOutbound = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxTopicLevels()}. */
        public Builder maxTopicLevels(int value) {
            maxTopicLevels = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxClientIdBytes()}. */
        public Builder maxClientIdBytes(int value) {
            maxClientIdBytes = value;
            return this;
        }

        /** See {@link ConnectionLimits#longClientIdsInV31()}. */
        public Builder longClientIdsInV31(boolean value) {
            longClientIdsInV31 = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxWillBytes()}. */
        public Builder maxWillBytes(int value) {
            maxWillBytes = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxUserProperties()}. */
        public Builder maxUserProperties(int value) {
            maxUserProperties = value;
            return this;
        }

        /** See {@link ConnectionLimits#maxUserPropertyBytes()}. */
        public Builder maxUserPropertyBytes(int value) {
            maxUserPropertyBytes = value;
            return this;
        }

        /** See {@link ConnectionLimits#outboundLowWatermarkBytes()}. */
        public Builder outboundLowWatermarkBytes(int value) {
            outboundLowWatermarkBytes = value;
            return this;
        }

        /** See {@link ConnectionLimits#outboundHighWatermarkBytes()}. */
        public Builder outboundHighWatermarkBytes(int value) {
            outboundHighWatermarkBytes = value;
            return this;
        }

        /** See {@link ConnectionLimits#slowConsumerTimeout()}. */
        public Builder slowConsumerTimeout(Duration value) {
            slowConsumerTimeout = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public ConnectionLimits build() {
            return new ConnectionLimits(
                    connectTimeout,
                    maxTlsHandshakes,
                    packetTimeout,
                    authenticationTimeout,
                    maxPacketBytes,
                    maxPacketBytesBeforeConnect,
                    maxKeepAlive,
                    maxKeepAliveAnonymous,
                    receiveMaximum,
                    topicAliasMaximum,
                    topicAliasMaximumOutbound,
                    maxTopicLevels,
                    maxClientIdBytes,
                    longClientIdsInV31,
                    maxWillBytes,
                    maxUserProperties,
                    maxUserPropertyBytes,
                    outboundLowWatermarkBytes,
                    outboundHighWatermarkBytes,
                    slowConsumerTimeout);
        }
    }
}
