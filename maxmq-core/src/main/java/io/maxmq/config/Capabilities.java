package io.maxmq.config;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import java.util.Set;

/**
 * MQTT features that the broker offers. CONNACK announces restrictions to MQTT 5.0 clients (§3.2.2.3). By default all
 * features are available. Immutable.
 *
 * <p>An MQTT 5.0 client that uses an unavailable feature commits a protocol error, and is disconnected with the reason
 * code named here (§4.13). MQTT 3 has no such announcement: an unacceptable PUBLISH closes the connection, as MQTT 3
 * cannot refuse it; an unacceptable filter gets SUBACK 0x80, or in MQTT 3.1, which has no such code, no messages. An
 * unacceptable will is refused in CONNACK: MQTT 5.0 with the reason code named here, MQTT 3 with 3 (server
 * unavailable).
 *
 * @param maximumQos of PUBLISH and will (0x9B); the maximum granted QoS of subscriptions
 * @param retainAvailable whether PUBLISH and will may have RETAIN (0x9A)
 * @param wildcardSubscriptionsAvailable whether filters may have {@code +} or {@code #} (0xA2)
 * @param sharedSubscriptionsAvailable whether filters may begin with {@code $share} (0x9E)
 * @param subscriptionIdentifiersAvailable whether SUBSCRIBE may have an identifier (0xA1)
 * @param payloadFormatChecked whether the broker verifies UTF-8 payloads of MQTT 5.0 PUBLISH packets and wills, as
 *     declared by the Payload Format Indicator. An invalid payload gets 0x99 in PUBACK, PUBREC or CONNACK, and at QoS 0
 *     closes the connection (§3.3.2.3.2); costs a pass over such payloads; default false
 * @param responseInformation response information for MQTT 5.0 clients that request it (§3.2.2.3.15), usually a prefix
 *     of response topics, like {@code replies/${clientid}}; {@code ${clientid}}, {@code ${username}} and
 *     {@code ${tenant}} are replaced. A client without one of these, or with a value that contains {@code / + #} or
 *     would begin it with {@code $}, gets no response information; default empty, for no response information
 * @param openDollarTopics first levels like {@code $app} below which clients may publish. Clients may not publish to
 *     other topics that begin with {@code $} (0x87), and never to {@code $SYS}, {@code $share}, {@code $exclusive} and
 *     {@code $delayed}; default none
 * @param exclusiveSubscriptionsAvailable whether clients may subscribe to {@code $exclusive/FILTER}, which matches the
 *     messages of FILTER and is granted to one client of a tenant at a time, until the client unsubscribes or its
 *     session ends; other clients are refused with SUBACK 0x97 (v3: 0x80). FILTER may have wildcards; it is compared as
 *     text, and does not affect ordinary subscriptions to FILTER. When the owner subscribes to FILTER itself, its
 *     subscription becomes an ordinary one. Authorizers and events see FILTER. When false: SUBACK 0x8F; default true
 * @since 0.1.0
 */
@Stable
public record Capabilities(
        QoS maximumQos,
        boolean retainAvailable,
        boolean wildcardSubscriptionsAvailable,
        boolean sharedSubscriptionsAvailable,
        boolean subscriptionIdentifiersAvailable,
        boolean payloadFormatChecked,
        String responseInformation,
        Set<String> openDollarTopics,
        boolean exclusiveSubscriptionsAvailable) {

    /** Checks every value. */
    public Capabilities {
        SettingChecks.template("responseInformation", responseInformation);
        openDollarTopics = Set.copyOf(openDollarTopics);
        for (String each : openDollarTopics) {
            SettingChecks.dollarLevel("openDollarTopics", each);
        }
    }

    /** Returns the defaults. */
    public static Capabilities defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maximumQos = maximumQos;
        builder.retainAvailable = retainAvailable;
        builder.wildcardSubscriptionsAvailable = wildcardSubscriptionsAvailable;
        builder.sharedSubscriptionsAvailable = sharedSubscriptionsAvailable;
        builder.subscriptionIdentifiersAvailable = subscriptionIdentifiersAvailable;
        builder.payloadFormatChecked = payloadFormatChecked;
        builder.responseInformation = responseInformation;
        builder.openDollarTopics = openDollarTopics;
        builder.exclusiveSubscriptionsAvailable = exclusiveSubscriptionsAvailable;
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
        private boolean payloadFormatChecked = false;
        private String responseInformation = "";
        private Set<String> openDollarTopics = Set.of();
        private boolean exclusiveSubscriptionsAvailable = true;

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

        /** See {@link Capabilities#payloadFormatChecked()}. */
        public Builder payloadFormatChecked(boolean value) {
            payloadFormatChecked = value;
            return this;
        }

        /** See {@link Capabilities#responseInformation()}. */
        public Builder responseInformation(String value) {
            responseInformation = value;
            return this;
        }

        /** See {@link Capabilities#openDollarTopics()}. */
        public Builder openDollarTopics(Set<String> value) {
            openDollarTopics = value;
            return this;
        }

        /** See {@link Capabilities#exclusiveSubscriptionsAvailable()}. */
        public Builder exclusiveSubscriptionsAvailable(boolean value) {
            exclusiveSubscriptionsAvailable = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public Capabilities build() {
            return new Capabilities(
                    maximumQos,
                    retainAvailable,
                    wildcardSubscriptionsAvailable,
                    sharedSubscriptionsAvailable,
                    subscriptionIdentifiersAvailable,
                    payloadFormatChecked,
                    responseInformation,
                    openDollarTopics,
                    exclusiveSubscriptionsAvailable);
        }
    }
}
