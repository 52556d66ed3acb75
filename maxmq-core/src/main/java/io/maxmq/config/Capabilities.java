package io.maxmq.config;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;

/**
 * What the broker offers; v5 clients are told in CONNACK (MQTT 5.0 §3.2.2.3). All of it by default. Immutable.
 *
 * @param maximumQos a v5 PUBLISH above it is a protocol error (0x9B), a v3 one closes the connection;
 *     subscriptions are granted no more
 * @param retainAvailable without it PUBLISH and will with RETAIN are refused (0x9A)
 * @param wildcardSubscriptionsAvailable without it filters with {@code +} or {@code #} are refused (0xA2)
 * @param sharedSubscriptionsAvailable without it {@code $share} filters are refused (0x9E)
 * @param subscriptionIdentifiersAvailable without it SUBSCRIBE with an identifier is refused (0xA1)
 * @since 0.1.0
 */
@Stable
public record Capabilities(
        QoS maximumQos,
        boolean retainAvailable,
        boolean wildcardSubscriptionsAvailable,
        boolean sharedSubscriptionsAvailable,
        boolean subscriptionIdentifiersAvailable) {

    /** Checks every value. */
    public Capabilities {}

    /** The defaults. */
    public static Capabilities defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maximumQos = maximumQos;
        builder.retainAvailable = retainAvailable;
        builder.wildcardSubscriptionsAvailable = wildcardSubscriptionsAvailable;
        builder.sharedSubscriptionsAvailable = sharedSubscriptionsAvailable;
        builder.subscriptionIdentifiersAvailable = subscriptionIdentifiersAvailable;
        return builder;
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private QoS maximumQos = QoS.EXACTLY_ONCE;
        private boolean retainAvailable = true;
        private boolean wildcardSubscriptionsAvailable = true;
        private boolean sharedSubscriptionsAvailable = true;
        private boolean subscriptionIdentifiersAvailable = true;

        private Builder() {}

        /** See {@link Capabilities#maximumQos()}. */
        public Builder maximumQos(QoS value) {
            maximumQos = value;
            return this;
        }

        /** See {@link Capabilities#retainAvailable()}. */
        public Builder retainAvailable(boolean value) {
            retainAvailable = value;
            return this;
        }

        /** See {@link Capabilities#wildcardSubscriptionsAvailable()}. */
        public Builder wildcardSubscriptionsAvailable(boolean value) {
            wildcardSubscriptionsAvailable = value;
            return this;
        }

        /** See {@link Capabilities#sharedSubscriptionsAvailable()}. */
        public Builder sharedSubscriptionsAvailable(boolean value) {
            sharedSubscriptionsAvailable = value;
            return this;
        }

        /** See {@link Capabilities#subscriptionIdentifiersAvailable()}. */
        public Builder subscriptionIdentifiersAvailable(boolean value) {
            subscriptionIdentifiersAvailable = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException naming the field and its value
         */
        public Capabilities build() {
            return new Capabilities(
                    maximumQos,
                    retainAvailable,
                    wildcardSubscriptionsAvailable,
                    sharedSubscriptionsAvailable,
                    subscriptionIdentifiersAvailable);
        }
    }
}
