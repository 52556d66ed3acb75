package io.maxmq.rules;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.event.MessageEvent;
import io.maxmq.rules.event.PlainEvent;
import io.maxmq.rules.output.JavaValues;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import io.maxmq.spi.Tenant;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event to try a statement on: {@code SampleEvent.message("sensor/1", "{\"t\": 42}")}. Immutable.
 *
 * @since 0.1.0
 */
@Preview
public final class SampleEvent {
    private final @Nullable Message message;
    private final @Nullable ClientInfo publisher;
    private final String topic;
    private final Map<String, ?> fields;

    private SampleEvent(
            @Nullable Message message, @Nullable ClientInfo publisher, String topic, Map<String, ?> fields) {
        this.message = message;
        this.publisher = publisher;
        this.topic = topic;
        this.fields = fields;
    }

    /** A message at QoS 0 that a client {@code sample} has published. */
    public static SampleEvent message(String topic, String payload) {
        return message(Message.of(topic, payload), "sample", null);
    }

    /**
     * A message of this client.
     * @param username or null
     */
    public static SampleEvent message(Message message, String clientId, @Nullable String username) {
        ClientInfo client = ClientInfo.builder(
                        clientId, ProtocolVersion.MQTT_5, new InetSocketAddress("127.0.0.1", 1883), "sample")
                .username(username)
                .build();
        return new SampleEvent(message.copy(), client, message.topic(), Map.of());
    }

    /**
     * Another event.
     *
     * @param topic that FROM names, {@code $events/client/connected} say
     * @param fields that it has beside {@code event} and {@code timestamp}
     * @throws IllegalArgumentException when there is no such event
     */
    public static SampleEvent of(String topic, Map<String, ?> fields) {
        if (EventKind.named(topic).size() != 1) {
            throw new IllegalArgumentException("no such event: topic=" + topic + ", known=" + EventKind.topics());
        }
        return new SampleEvent(null, null, topic, new LinkedHashMap<>(fields));
    }

    Event event(String node, long nowMillis) {
        Message present = message;
        if (present != null) {
            return new MessageEvent(Tenant.DEFAULT, present, publisher, node, nowMillis);
        }
        Set<EventKind> kinds = EventKind.named(topic);
        EventKind kind = kinds.iterator().next();
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("event", Text.of(kind.event()));
        all.putAll(JavaValues.fromJava(fields));
        all.putIfAbsent("timestamp", nowMillis);
        all.putIfAbsent("node", Text.of(node));
        Object clientId = all.get("clientid");
        return new PlainEvent(
                kind,
                Tenant.DEFAULT,
                clientId instanceof Text text ? text.toString() : "",
                nowMillis,
                "sample",
                0,
                all);
    }
}
