package io.maxmq.rules;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.event.MessageParts;
import io.maxmq.rules.output.JavaValues;
import io.maxmq.rules.value.Fields;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import io.maxmq.spi.Tenant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event as a rule of lambdas sees it: a message that was published, or something that happened to a client. The fields are those
 * that SQL has. Used by one thread at a time.
 *
 * <p>A path leads into the payload read as JSON, {@code "device.id"} or {@code "values.1"}: names and, in arrays, positions from 1,
 * negative ones from the end. What is not there is null, NaN or empty; a payload that is no JSON has nothing.
 *
 * @since 0.1.0
 */
@Preview
public final class RuleEvent {
    private final Event event;

    RuleEvent(Event event) {
        this.event = event;
    }

    /** The kind, {@code message.publish} or {@code client.connected} say. */
    public String kind() {
        return event.kind().event();
    }

    /** Whose topics and clients these are. */
    public Tenant tenant() {
        return event.tenant();
    }

    /**
     * The client id of the publisher or of the event's client; empty without one, such as a message of the application.
     */
    public String clientId() {
        return event.clientId();
    }

    /** When it happened, in milliseconds since 1970. */
    public long atEpochMillis() {
        return event.atEpochMillis();
    }

    /** The topic of a message; of other events the field of that name, empty without one. */
    public String topic() {
        String topic = event.topic();
        return topic != null ? topic : text(event.field("topic"));
    }

    /** A level of the topic, from 1; empty when it has not that many. */
    public String topicLevel(int level) {
        String topic = topic();
        int from = 0;
        for (int i = 1; i < level; i++) {
            int slash = topic.indexOf('/', from);
            if (slash < 0) {
                return "";
            }
            from = slash + 1;
        }
        int slash = topic.indexOf('/', from);
        return slash < 0 ? topic.substring(from) : topic.substring(from, slash);
    }

    /** The payload as text, what is no UTF-8 replaced; empty for other events than messages. */
    public String payloadText() {
        return text(event.field("payload"));
    }

    /** The payload; empty for other events than messages. A copy. */
    public byte[] payload() {
        return event.field("payload") instanceof Text text ? text.bytes().clone() : new byte[0];
    }

    /** A number of the payload, also one written as a text; NaN without one. */
    public double number(String path) {
        return number(at(path));
    }

    /** A text of the payload; of a number or boolean its text; empty without one. */
    public String text(String path) {
        return text(at(path));
    }

    /**
     * The payload's value at the path, of a type of {@link io.maxmq.rules.sink.SinkRecord#values}; null without one.
     */
    public @Nullable Object value(String path) {
        return JavaValues.toJava(at(path));
    }

    /** A field of the event, such as {@code "username"} or {@code "reason"}; null without one. */
    public @Nullable Object field(String name) {
        return JavaValues.toJava(event.field(name));
    }

    /** All fields of the event that are there, in order. */
    public Map<String, @Nullable Object> fields() {
        return JavaValues.toJava(all(event));
    }

    /** The message, for events that are one or, as long as the broker knows it, tell what has become of one. A copy. */
    public Optional<Message> message() {
        MessageParts message = event.message();
        return message == null ? Optional.empty() : Optional.of(message.copy());
    }

    /** The fields that are there, as values of the language. */
    static Map<String, @Nullable Object> all(Fields fields) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (String each : fields.names()) {
            Object value = fields.field(each);
            if (value != null) {
                all.put(each, value);
            }
        }
        return all;
    }

    private @Nullable Object at(String path) {
        MessageParts message = event.message();
        if (message == null) {
            return null;
        }
        Object value;
        try {
            value = message.payloadJson();
        } catch (EvaluationException e) {
            return null; // no JSON
        }
        int from = 0;
        while (value != null) {
            int dot = path.indexOf('.', from);
            String step = dot < 0 ? path.substring(from) : path.substring(from, dot);
            value = step(value, step);
            if (dot < 0) {
                return value;
            }
            from = dot + 1;
        }
        return null;
    }

    private static @Nullable Object step(Object value, String step) {
        if (value instanceof Map<?, ?> map) {
            return map.get(step);
        } else if (value instanceof List<?> list) {
            int index;
            try {
                index = Integer.parseInt(step);
            } catch (NumberFormatException e) {
                return null;
            }
            int at = index < 0 ? list.size() + index : index - 1;
            return at >= 0 && at < list.size() && index != 0 ? list.get(at) : null;
        }
        return null;
    }

    private static double number(@Nullable Object value) {
        Object number = value instanceof Text text ? Numbers.read(text.toString()) : value;
        return Numbers.isNumber(number) && number != null ? Numbers.asDouble(number) : Double.NaN;
    }

    private static String text(@Nullable Object value) {
        Object known = JavaValues.toJava(value);
        return known instanceof String || known instanceof Number || known instanceof Boolean ? known.toString() : "";
    }
}
