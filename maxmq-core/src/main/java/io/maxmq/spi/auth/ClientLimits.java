package io.maxmq.spi.auth;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits of one client that override the broker's settings; a limit that is not set keeps the broker's value.
 * Immutable.
 *
 * <p>An authenticator sets them with {@link AuthenticationResult.Allowed#withLimits}, for that connection. The bounds
 * of the queue stay with the session after its client disconnects, until the client reconnects or the broker stops.
 * CONNACK tells MQTT 5.0 clients the limits that it has properties for; the limits hold for MQTT 3 clients too.
 *
 * @since 0.1.0
 */
@Stable
public final class ClientLimits {
    private static final ClientLimits NONE = new ClientLimits(new Builder());

    private final OptionalInt receiveMaximum;
    private final OptionalInt maxPacketBytes;
    private final OptionalInt topicAliasMaximum;
    private final @Nullable QoS maximumQos;
    private final OptionalInt maxInFlight;
    private final OptionalInt maxQueuedMessages;
    private final OptionalLong maxQueuedBytes;
    private final @Nullable Duration maxKeepAlive;
    private final @Nullable Duration maxSessionExpiry;

    private ClientLimits(Builder builder) {
        receiveMaximum = builder.receiveMaximum;
        maxPacketBytes = builder.maxPacketBytes;
        topicAliasMaximum = builder.topicAliasMaximum;
        maximumQos = builder.maximumQos;
        maxInFlight = builder.maxInFlight;
        maxQueuedMessages = builder.maxQueuedMessages;
        maxQueuedBytes = builder.maxQueuedBytes;
        maxKeepAlive = builder.maxKeepAlive;
        maxSessionExpiry = builder.maxSessionExpiry;
    }

    /** Everything as the broker's settings say. */
    public static ClientLimits none() {
        return NONE;
    }

    /** Starts with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** PUBLISH packets of QoS 1 and 2 that an MQTT 5.0 client may have sent and not yet acknowledged (§3.2.2.3.3); MQTT 3 has no such limit. */
    public OptionalInt receiveMaximum() {
        return receiveMaximum;
    }

    /** Length of a packet that the client may send (§3.2.2.3.6). */
    public OptionalInt maxPacketBytes() {
        return maxPacketBytes;
    }

    /** Returns the topic aliases that the client may set (§3.2.2.3.8); 0 forbids them. */
    public OptionalInt topicAliasMaximum() {
        return topicAliasMaximum;
    }

    /** The highest QoS that the client may publish with, and is granted (§3.2.2.3.4); the broker's own maximum counts as well. */
    public Optional<QoS> maximumQos() {
        return Optional.ofNullable(maximumQos);
    }

    /** Messages of QoS 1 and 2 sent to the client and not acknowledged; its own receive maximum counts as well. */
    public OptionalInt maxInFlight() {
        return maxInFlight;
    }

    /** Messages that may wait for the client, in memory or, when the session is durable, in storage. */
    public OptionalInt maxQueuedMessages() {
        return maxQueuedMessages;
    }

    /** Bytes of these messages. */
    public OptionalLong maxQueuedBytes() {
        return maxQueuedBytes;
    }

    /** Returns the longest keep alive; it also holds for a client that requests no keep alive (§3.2.2.3.14). */
    public Optional<Duration> maxKeepAlive() {
        return Optional.ofNullable(maxKeepAlive);
    }

    /** Returns the longest session expiry interval (§3.2.2.3.2); the broker's own maximum holds as well. */
    public Optional<Duration> maxSessionExpiry() {
        return Optional.ofNullable(maxSessionExpiry);
    }

    @Override
    public String toString() {
        return "ClientLimits[receiveMaximum=" + receiveMaximum + ", maxPacketBytes=" + maxPacketBytes
                + ", topicAliasMaximum=" + topicAliasMaximum + ", maximumQos=" + maximumQos + ", maxInFlight="
                + maxInFlight + ", maxQueuedMessages=" + maxQueuedMessages + ", maxQueuedBytes=" + maxQueuedBytes
                + ", maxKeepAlive=" + maxKeepAlive + ", maxSessionExpiry=" + maxSessionExpiry + "]";
    }

    /**
     * Collects limits; each setter checks its value and throws {@link IllegalArgumentException}. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {
        private OptionalInt receiveMaximum = OptionalInt.empty();
        private OptionalInt maxPacketBytes = OptionalInt.empty();
        private OptionalInt topicAliasMaximum = OptionalInt.empty();
        private @Nullable QoS maximumQos;
        private OptionalInt maxInFlight = OptionalInt.empty();
        private OptionalInt maxQueuedMessages = OptionalInt.empty();
        private OptionalLong maxQueuedBytes = OptionalLong.empty();
        private @Nullable Duration maxKeepAlive;
        private @Nullable Duration maxSessionExpiry;

        private Builder() {}

        private static int inRange(String name, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(name + " must be " + min + ".." + max + ": " + name + "=" + value);
            }
            return value;
        }

        /** 1..65535. */
        public Builder receiveMaximum(int value) {
            receiveMaximum = OptionalInt.of(inRange("receiveMaximum", value, 1, 65_535));
            return this;
        }

        /** 128..268435460. */
        public Builder maxPacketBytes(int value) {
            maxPacketBytes = OptionalInt.of(inRange("maxPacketBytes", value, 128, 268_435_460));
            return this;
        }

        /** 0..65535. */
        public Builder topicAliasMaximum(int value) {
            topicAliasMaximum = OptionalInt.of(inRange("topicAliasMaximum", value, 0, 65_535));
            return this;
        }

        /** Any. */
        public Builder maximumQos(QoS value) {
            maximumQos = value;
            return this;
        }

        /** 1..65535. */
        public Builder maxInFlight(int value) {
            maxInFlight = OptionalInt.of(inRange("maxInFlight", value, 1, 65_535));
            return this;
        }

        /** 1 or more. */
        public Builder maxQueuedMessages(int value) {
            maxQueuedMessages = OptionalInt.of(inRange("maxQueuedMessages", value, 1, Integer.MAX_VALUE));
            return this;
        }

        /** 1 or more. */
        public Builder maxQueuedBytes(long value) {
            if (value < 1) {
                throw new IllegalArgumentException("maxQueuedBytes must be 1 or more: maxQueuedBytes=" + value);
            }
            maxQueuedBytes = OptionalLong.of(value);
            return this;
        }

        /** Whole seconds, 1..65535. */
        public Builder maxKeepAlive(Duration value) {
            if (value.toSeconds() < 1 || value.toSeconds() > 65_535) {
                throw new IllegalArgumentException("maxKeepAlive must be 1..65535 seconds: maxKeepAlive=" + value);
            }
            maxKeepAlive = value;
            return this;
        }

        /** Whole seconds, 0 or more; 0 for sessions that end with their connections. */
        public Builder maxSessionExpiry(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("maxSessionExpiry must not be negative: maxSessionExpiry=" + value);
            }
            maxSessionExpiry = value;
            return this;
        }

        /** The limits. */
        public ClientLimits build() {
            return new ClientLimits(this);
        }
    }
}
