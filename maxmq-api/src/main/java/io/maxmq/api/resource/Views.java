package io.maxmq.api.resource;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.admin.ClientView;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;

/** The records of the SPI in JSON. Stateless. */
final class Views {
    private Views() {}

    static String instant(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis).toString();
    }

    static String address(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return address.toString();
    }

    static JsonObject client(ClientView view) {
        return client(view.client())
                .put("subscriptions", view.subscriptions())
                .put("queuedMessages", view.queuedMessages())
                .put("inFlightMessages", view.inFlightMessages());
    }

    static JsonObject client(ClientInfo client) {
        JsonObject attributes = new JsonObject();
        client.attributes().forEach(attributes::put);
        return new JsonObject()
                .put("clientId", client.clientId())
                .put("tenant", client.tenant().name())
                .put("username", client.username().orElse(null))
                .put("claimedUsername", client.claimedUsername().orElse(null))
                .put("remoteAddress", address(client.remoteAddress()))
                .put("listener", client.listener())
                .put("protocolVersion", client.protocolVersion().name())
                .put("cleanStart", client.cleanStart())
                .put("keepAliveSeconds", client.keepAliveSeconds())
                .put("sessionExpirySeconds", client.sessionExpirySeconds())
                .put("connectedAt", instant(client.connectedAtEpochMillis()))
                .put("attributes", attributes)
                .put("tls", client.tls().isPresent());
    }
}
