package io.maxmq.rules.run;

import io.maxmq.codec.QoS;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import io.maxmq.spi.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a record's fields in the place of a message's. Stateless. */
final class Transformation {
    private Transformation() {}

    /**
     * The message that comes of it.
     *
     * @throws IllegalArgumentException when it can't be one
     */
    static Message of(Message message, Map<String, @Nullable Object> record) {
        Message.Builder changed = message.toBuilder();
        Object topic = record.get("topic");
        if (topic != null) {
            String name = text(topic).toString();
            String problem = TopicName.problem(name);
            if (problem != null) {
                throw new IllegalArgumentException(problem);
            }
            changed.topic(name);
        }
        Object payload = record.get("payload");
        if (payload != null) {
            changed.wrapPayload(text(payload).bytes());
        }
        if (record.get("qos") instanceof Long qos) {
            changed.qos(QoS.of((int) Math.max(0, Math.min(2, qos))));
        }
        if (record.get("retain") instanceof Boolean retain) {
            changed.retain(retain);
        }
        if (record.get("user_properties") instanceof Map<?, ?> properties) {
            List<UserProperty> list = new ArrayList<>();
            properties.forEach((name, value) -> list.add(new UserProperty(
                    checked(String.valueOf(name)), checked(text(value).toString()))));
            changed.userProperties(list);
        }
        return changed.build();
    }

    /** A string that MQTT has: MQTT 5.0 §1.5.4. */
    private static String checked(String text) {
        int bytes = Utf8.encodedLength(text);
        if (bytes < 0 || bytes > Utf8.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "user_properties hold what no string of MQTT is: " + Utf8.quote(text) + ", bytes=" + bytes);
        }
        return text;
    }

    private static Text text(@Nullable Object value) {
        if (value instanceof Text text) {
            return text;
        }
        String scalar = Values.scalarText(value);
        return scalar != null ? Text.of(scalar) : Text.ofBytes(JsonWriter.bytes(value));
    }
}
