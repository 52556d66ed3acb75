package io.maxmq.rules.event;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.Message;
import io.maxmq.spi.MessageId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message with a payload of its own, and what events say about it. Used by one thread at a time. */
public final class MessageParts {
    /** The user property that counts how many rules a message has come through. */
    public static final String HOPS = "maxmq-hops";

    private static final int MAX_HOPS = 1_000;
    /** The memory of a user property beside its characters. */
    private static final int USER_PROPERTY_BYTES = 120;
    /** No packet has more; leaves room to add what an event costs. */
    private static final int MOST_BYTES = 1 << 30;

    private static final int JSON_DEPTH = 512;

    private final Message message;
    private final Text payload;
    private final @Nullable Text correlationData;
    private @Nullable Object json;
    private @Nullable EvaluationException noJson;

    /** Copies what of a view would end. */
    MessageParts(Message message) {
        this.message = message;
        this.payload = Text.ofBytes(message.payloadBytes());
        this.correlationData =
                message.correlationData().map(MessageParts::copyOf).orElse(null);
    }

    private static Text copyOf(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return Text.ofBytes(bytes);
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
     *
     * @throws EvaluationException for invalid JSON, each time
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

    /** The message's id as text; empty without one. */
    String id() {
        return message.id().map(MessageId::toString).orElse("");
    }

    /** When the broker has taken it in, or this where that is not known. */
    long receivedAt(long unknown) {
        return message.id().map(MessageId::epochMillis).orElse(unknown);
    }

    /** Roughly what it takes beside the objects that each message has. */
    int bytes() {
        long bytes = message.payloadLength() + 2L * message.topic().length();
        if (correlationData != null) {
            bytes += correlationData.bytes().length;
        }
        bytes += message.contentType().map(String::length).orElse(0);
        bytes += message.responseTopic().map(String::length).orElse(0);
        for (UserProperty each : message.userProperties()) {
            bytes += USER_PROPERTY_BYTES + each.name().length() + each.value().length();
        }
        return (int) Math.min(bytes, MOST_BYTES);
    }

    /** Returns the number of rules that it has come through. */
    int hops() {
        for (UserProperty each : message.userProperties()) {
            if (each.name().equals(HOPS)) {
                return hops(each.value());
            }
        }
        return 0;
    }

    /** Reads the hop count. A client that writes it can only end a chain of rules early. */
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

    Map<String, @Nullable Object> flags() {
        Map<String, @Nullable Object> flags = new LinkedHashMap<>();
        flags.put("dup", false); // a message is seen once, however often it is sent
        flags.put("retain", message.retain());
        return flags;
    }

    Map<String, @Nullable Object> properties() {
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
