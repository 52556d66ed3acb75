package io.maxmq.rules.event;

import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of events about a client. Stateless. */
final class ClientFields {
    private ClientFields() {}

    /** Returns one field; null for an unknown client or a missing value. */
    static @Nullable Object one(@Nullable ClientInfo client, String name) {
        if (client == null) {
            return null;
        }
        return switch (name) {
            case "clientid" -> Text.of(client.clientId());
            case "username" -> client.username().map(Text::of).orElse(null);
            case "peerhost" -> Text.of(Addresses.host(client.remoteAddress()));
            case "peername" -> Text.of(Addresses.name(client.remoteAddress()));
            case "client_attrs" -> texts(client.attributes());
            default -> null;
        };
    }

    /** Client id, user name and address. */
    static void names(Map<String, @Nullable Object> fields, ClientInfo client) {
        fields.put("clientid", Text.of(client.clientId()));
        client.username().ifPresent(username -> fields.put("username", Text.of(username)));
        fields.put("peerhost", Text.of(Addresses.host(client.remoteAddress())));
        fields.put("peername", Text.of(Addresses.name(client.remoteAddress())));
    }

    /** Adds the fields of CONNECT. */
    static void connection(Map<String, @Nullable Object> fields, ClientInfo client) {
        names(fields, client);
        fields.put("listener", Text.of(client.listener()));
        fields.put("proto_name", Text.of(client.protocolVersion().protocolName()));
        fields.put("proto_ver", (long) client.protocolVersion().level());
        fields.put("keepalive", (long) client.keepAliveSeconds());
        fields.put("clean_start", client.cleanStart());
        fields.put("expiry_interval", client.sessionExpirySeconds());
        fields.put("is_bridge", false);
        fields.put("connected_at", client.connectedAtEpochMillis());
    }

    /** As a map of the language. */
    static Map<String, @Nullable Object> texts(Map<String, String> texts) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>(texts.size() * 2);
        texts.forEach((name, text) -> values.put(name, Text.of(text)));
        return values;
    }
}
