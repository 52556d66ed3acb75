package io.maxmq.config;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import java.util.Set;

/**
 * What the broker offers; v5 clients are told in CONNACK (MQTT 5.0 §3.2.2.3) where it is less than the protocol has. All of
 * that by default. Immutable.
 *
 * <p>A v5 client that uses what it was told is not there makes a protocol error, and is disconnected with the code named
 * here (§4.13). A v3 client cannot be told: a PUBLISH that the broker does not take closes its connection, since nothing in
 * MQTT 3 refuses one; a filter is refused with SUBACK 0x80, to MQTT 3.1, which has no such code, by delivering nothing.
 * A will that is not possible is refused in CONNACK: v5 with the code named, v3 with 3 (server unavailable).
 *
 * @param maximumQos of PUBLISH and will (0x9B); subscriptions are granted no more
 * @param retainAvailable whether PUBLISH and will may have RETAIN (0x9A)
 * @param wildcardSubscriptionsAvailable whether filters may have {@code +} or {@code #} (0xA2)
 * @param sharedSubscriptionsAvailable whether filters may begin with {@code $share} (0x9E)
 * @param subscriptionIdentifiersAvailable whether SUBSCRIBE may have an identifier (0xA1)
 * @param payloadFormatChecked whether the payload of a v5 PUBLISH or will whose Payload Format Indicator says UTF-8 must be
 *     that: else PUBACK, PUBREC or CONNACK have 0x99, and a QoS 0 PUBLISH ends the connection with it (§3.3.2.3.2);
 *     costs a pass over such payloads; default false
 * @param responseInformation what a v5 client is told that asks for it (§3.2.2.3.15), usually where responses to it may go,
 *     like {@code replies/${clientid}}; {@code ${clientid}}, {@code ${username}} and {@code ${tenant}} are replaced, and
 *     a client for which one of these is missing or holds {@code / + #}, or would begin it with {@code $}, is told nothing;
 *     default empty, for nothing
 * @param openDollarTopics first levels like {@code $app} below which clients may publish; all others that begin with
 *     {@code $} are closed to clients (0x87), and {@code $SYS}, {@code $share}, {@code $exclusive} and {@code $delayed} always are; default none
 * @param exclusiveSubscriptionsAvailable whether clients may subscribe to {@code $exclusive/FILTER}: messages of FILTER, and
 *     one client of a tenant at a time, until it unsubscribes or its session ends; while one has it, others are refused with
 *     SUBACK 0x97 (v3: 0x80). FILTER may have wildcards; it is compared as it is written, and does not concern who subscribes
 *     to it in the ordinary way. Subscribing to FILTER itself makes the client's own subscription an ordinary one. Authorizers
 *     and events have FILTER. When false: SUBACK 0x8F; default true
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
                    subscriptionIdentifiersAvailable,
                    payloadFormatChecked,
                    responseInformation,
                    openDollarTopics,
                    exclusiveSubscriptionsAvailable);
        }
    }
}
