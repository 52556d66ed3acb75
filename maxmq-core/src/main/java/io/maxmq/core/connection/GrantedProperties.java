package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.ClientLimits;

/**
 * What CONNACK tells a client of MQTT 5.0 that the broker grants it, where that differs from what a client assumes that is told nothing
 * (§3.2.2.3). Stateless.
 */
final class GrantedProperties {
    /** What a client is assumed to take that does not say, and the broker. */
    static final int MAX_RECEIVE_MAXIMUM = 65_535;

    private GrantedProperties() {}

    /**
     * @param client as it has been let in
     * @param limits of this client in the place of the settings
     */
    static Properties.Builder to(
            ClientInfo client, Connect connect, ClientLimits limits, ConnectionLimits settings, Capabilities offered) {
        Properties.Builder granted = Properties.builder();
        addSession(granted, client, connect);
        addLimits(granted, limits, settings);
        addCapabilities(granted, limits, offered);
        if (connect.properties().booleanOr(PropertyId.REQUEST_RESPONSE_INFORMATION, false)) {
            String information = ClientTemplate.fill(offered.responseInformation(), client);
            if (!information.isEmpty()) {
                granted.set(PropertyId.RESPONSE_INFORMATION, information);
            }
        }
        return granted;
    }

    private static void addSession(Properties.Builder granted, ClientInfo client, Connect connect) {
        if (!client.clientId().equals(connect.clientId())) {
            granted.set(PropertyId.ASSIGNED_CLIENT_IDENTIFIER, client.clientId());
        }
        long askedExpiry = connect.properties().longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0);
        if (client.sessionExpirySeconds() != askedExpiry) {
            granted.set(PropertyId.SESSION_EXPIRY_INTERVAL, client.sessionExpirySeconds());
        }
        if (client.keepAliveSeconds() != connect.keepAliveSeconds()) {
            granted.set(PropertyId.SERVER_KEEP_ALIVE, client.keepAliveSeconds());
        }
    }

    private static void addLimits(Properties.Builder granted, ClientLimits limits, ConnectionLimits settings) {
        int receiveMaximum = limits.receiveMaximum().orElse(settings.receiveMaximum());
        if (receiveMaximum < MAX_RECEIVE_MAXIMUM) {
            granted.set(PropertyId.RECEIVE_MAXIMUM, receiveMaximum);
        }
        granted.set(PropertyId.MAXIMUM_PACKET_SIZE, limits.maxPacketBytes().orElse(settings.maxPacketBytes()));
        int aliases = limits.topicAliasMaximum().orElse(settings.topicAliasMaximum());
        if (aliases > 0) {
            granted.set(PropertyId.TOPIC_ALIAS_MAXIMUM, aliases);
        }
    }

    private static void addCapabilities(Properties.Builder granted, ClientLimits limits, Capabilities offered) {
        int maximumQos = Math.min(
                offered.maximumQos().code(),
                limits.maximumQos().orElse(QoS.EXACTLY_ONCE).code());
        if (maximumQos < 2) {
            granted.set(PropertyId.MAXIMUM_QOS, maximumQos);
        }
        if (!offered.retainAvailable()) {
            granted.set(PropertyId.RETAIN_AVAILABLE, false);
        }
        if (!offered.wildcardSubscriptionsAvailable()) {
            granted.set(PropertyId.WILDCARD_SUBSCRIPTION_AVAILABLE, false);
        }
        if (!offered.subscriptionIdentifiersAvailable()) {
            granted.set(PropertyId.SUBSCRIPTION_IDENTIFIER_AVAILABLE, false);
        }
        if (!offered.sharedSubscriptionsAvailable()) {
            granted.set(PropertyId.SHARED_SUBSCRIPTION_AVAILABLE, false);
        }
    }
}
