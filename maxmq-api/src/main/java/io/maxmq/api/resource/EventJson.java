package io.maxmq.api.resource;

import io.maxmq.api.call.Reasons;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.event.BrokerEvent;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event in JSON: its kind, and a member for each of its components, so that kinds of later versions are rendered too.
 * Without messages and packets, whose bytes need another role. Immutable.
 *
 * @param kind the simple name of its type
 * @param components the values by the names of their accessors
 */
record EventJson(String kind, Map<String, Object> components) {

    static EventJson of(BrokerEvent event) {
        Map<String, Object> components = new LinkedHashMap<>();
        for (RecordComponent each : event.getClass().getRecordComponents()) {
            try {
                Object value = each.getAccessor().invoke(event);
                Object present = value instanceof Optional<?> optional ? optional.orElse(null) : value;
                if (present != null) {
                    components.put(each.getName(), present);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return new EventJson(event.getClass().getSimpleName(), components);
    }

    /** Returns the tenant that the event is about; null for the broker as a whole. */
    @Nullable
    Tenant tenant() {
        if (components.get("tenant") instanceof Tenant tenant) {
            return tenant;
        }
        return components.get("client") instanceof ClientInfo client ? client.tenant() : null;
    }

    /** Returns the client id that the event is about; null without one. */
    @Nullable
    String clientId() {
        if (components.get("clientId") instanceof String clientId) {
            return clientId;
        }
        return components.get("client") instanceof ClientInfo client ? client.clientId() : null;
    }

    JsonObject json() {
        JsonObject json = new JsonObject().put("kind", kind);
        components.forEach((name, value) -> {
            if (value instanceof Duration duration) {
                json.put(name + "Seconds", ViewJson.seconds(duration));
            } else if (name.equals("atEpochMillis")) {
                json.put("at", ViewJson.instant((Long) value));
            } else if (!(value instanceof ByteBuffer) && !(value instanceof Message)) {
                json.put(name, json(value));
            }
        });
        return json;
    }

    private static Object json(Object value) {
        if (value instanceof Number || value instanceof Boolean || value instanceof String) {
            return value;
        }
        if (value instanceof ReasonCode reason) {
            return Reasons.json(reason);
        }
        if (value instanceof QoS qos) {
            return qos.code();
        }
        if (value instanceof ClientInfo client) {
            return ViewJson.client(client);
        }
        if (value instanceof SocketAddress address) {
            return ViewJson.address(address);
        }
        if (value instanceof Ban ban) {
            return ViewJson.ban(ban);
        }
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }
}
