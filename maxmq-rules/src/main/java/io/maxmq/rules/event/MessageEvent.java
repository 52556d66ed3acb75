package io.maxmq.rules.event;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.Tenant;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message that was published. Keeps a copy of its payload, and makes the fields that somebody asks for. */
public final class MessageEvent extends Event {
    /** The user property that counts how many rules a message has come through. */
    public static final String HOPS = "maxmq-hops";

    /** A message object, this one, and their strings. */
    private static final int OVERHEAD_BYTES = 400;

    private static final int MAX_HOPS = 1_000;
    private static final int JSON_DEPTH = 512;

    private static final List<String> NAMES = List.of(
            "event",
            "id",
            "clientid",
            "username",
            "payload",
            "peerhost",
            "peername",
            "topic",
            "qos",
            "flags",
            "pub_props",
            "publish_received_at",
            "timestamp",
            "node",
            "client_attrs");

    private final Message message;
    private final @Nullable ClientInfo publisher;
    private final String node;
    private final long atEpochMillis;
    private final Text payload;
    private final @Nullable Text correlationData;
    private @Nullable Object json;
    private @Nullable EvaluationException noJson;
    private final Map<String, @Nullable Object> made = new LinkedHashMap<>();

    /**
     * Copies what of a view would end.
     *
     * @param publisher null when the embedder or an extension has published it
     * @param node the broker's name
     */
    public MessageEvent(
            Tenant tenant, Message message, @Nullable ClientInfo publisher, String node, long atEpochMillis) {
        super(tenant, publisher == null ? "" : publisher.clientId());
        this.message = message;
        this.publisher = publisher;
        this.node = node;
        this.atEpochMillis = atEpochMillis;
        this.payload = Text.ofBytes(message.payloadBytes());
        this.correlationData =
                message.correlationData().map(MessageEvent::copyOf).orElse(null);
    }

    private static Text copyOf(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return Text.ofBytes(bytes);
    }

    @Override
    public EventKind kind() {
        return EventKind.PUBLISH;
    }

    @Override
    public String topic() {
        return message.topic();
    }

    @Override
    public long atEpochMillis() {
        return atEpochMillis;
    }

    @Override
    public String id() {
        return message.id().map(MessageId::toString).orElse("");
    }

    /** Who has published it; null when the embedder or an extension has. */
    public @Nullable ClientInfo publisher() {
        return publisher;
    }

    /** The message; where it was a view, its payload and correlation data have ended. */
    public Message message() {
        return message;
    }

    /** The message with its own payload and correlation data, which may be kept. */
    public Message copy() {
        if (!message.isView()) {
            return message;
        }
        return Message.builder(message.topic())
                .id(message.id().orElse(null))
                .wrapPayload(payload.bytes())
                .qos(message.qos())
                .retain(message.retain())
                .payloadFormatIndicator(message.payloadFormatIndicator().orElse(null))
                .contentType(message.contentType().orElse(null))
                .responseTopic(message.responseTopic().orElse(null))
                .correlationData(correlationData == null ? null : correlationData.bytes())
                .messageExpiry(message.messageExpiry().orElse(null))
                .userProperties(message.userProperties())
                .build();
    }

    /** The payload, kept. */
    public Text payload() {
        return payload;
    }

    /**
     * The payload read as JSON, once.
     *
     * @throws EvaluationException when it is none, each time
     */
    public Object payloadJson() {
        EvaluationException failure = noJson;
        if (failure != null) {
            throw failure;
        }
        Object present = json;
        if (present == null) {
            byte[] bytes = payload.bytes();
            try {
                present = JsonReader.read(bytes, 0, bytes.length, JSON_DEPTH);
            } catch (EvaluationException e) {
                noJson = e;
                throw e;
            }
            json = present;
        }
        return present;
    }

    @Override
    public int hops() {
        for (UserProperty each : message.userProperties()) {
            if (each.name().equals(HOPS)) {
                return hops(each.value());
            }
        }
        return 0;
    }

    /** What clients write there can end a chain of rules early, and nothing else. */
    private static int hops(String text) {
        int hops = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || hops > MAX_HOPS) {
                return MAX_HOPS;
            }
            hops = hops * 10 + (c - '0');
        }
        return hops;
    }

    @Override
    public int bytes() {
        return OVERHEAD_BYTES + message.payloadLength() + 2 * message.topic().length();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public @Nullable Object field(String name) {
        Object present = made.get(name);
        if (present == null && !made.containsKey(name)) {
            present = make(name);
            made.put(name, present);
        }
        return present;
    }

    private @Nullable Object make(String name) {
        return switch (name) {
            case "event" -> Text.of(EventKind.PUBLISH.event());
            case "id" -> Text.of(id());
            case "clientid" -> publisher == null ? null : Text.of(publisher.clientId());
            case "username" ->
                publisher == null ? null : publisher.username().map(Text::of).orElse(null);
            case "payload" -> payload;
            case "peerhost" -> publisher == null ? null : Text.of(Addresses.host(publisher.remoteAddress()));
            case "peername" -> publisher == null ? null : Text.of(Addresses.name(publisher.remoteAddress()));
            case "topic" -> Text.of(message.topic());
            case "qos" -> (long) message.qos().code();
            case "flags" -> flags();
            case "pub_props" -> properties();
            case "publish_received_at" ->
                message.id().map(MessageId::epochMillis).orElse(atEpochMillis);
            case "timestamp" -> atEpochMillis;
            case "node" -> Text.of(node);
            case "client_attrs" -> publisher == null ? Map.of() : ClientFields.texts(publisher.attributes());
            default -> null;
        };
    }

    private Map<String, @Nullable Object> flags() {
        Map<String, @Nullable Object> flags = new LinkedHashMap<>();
        flags.put("dup", false); // a message is seen once, however often it is sent
        flags.put("retain", message.retain());
        return flags;
    }

    private Map<String, @Nullable Object> properties() {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        message.payloadFormatIndicator()
                .ifPresent(format -> properties.put("Payload-Format-Indicator", (long) format.ordinal()));
        message.messageExpiry()
                .ifPresent(expiry -> properties.put("Message-Expiry-Interval", (expiry.toMillis() + 999) / 1000));
        message.responseTopic().ifPresent(topic -> properties.put("Response-Topic", Text.of(topic)));
        if (correlationData != null) {
            properties.put("Correlation-Data", correlationData);
        }
        message.contentType().ifPresent(type -> properties.put("Content-Type", Text.of(type)));
        if (!message.userProperties().isEmpty()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            List<@Nullable Object> pairs = new ArrayList<>();
            for (UserProperty each : message.userProperties()) {
                map.put(each.name(), Text.of(each.value()));
                Map<String, @Nullable Object> pair = new LinkedHashMap<>();
                pair.put("key", Text.of(each.name()));
                pair.put("value", Text.of(each.value()));
                pairs.add(pair);
            }
            properties.put("User-Property", map);
            properties.put("User-Property-Pairs", pairs);
        }
        return properties;
    }
}
