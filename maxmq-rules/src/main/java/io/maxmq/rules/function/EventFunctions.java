package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Functions that read the event itself, even if a statement's alias hides the field; undefined without such a field.
 */
final class EventFunctions {
    private EventFunctions() {}

    static void addTo(Library library) {
        field(library, "msgid", "id");
        field(library, "clientid", "clientid");
        field(library, "username", "username");
        field(library, "qos", "qos");
        field(library, "peerhost", "peerhost");
        field(library, "clientip", "peerhost");
        field(library, "flags", "flags");
        library.addImpure("topic", 0, 1, EventFunctions::topic)
                .addImpure("payload", 0, 1, EventFunctions::payload)
                .addImpure("flag", 1, 1, EventFunctions::flag);
    }

    private static void field(Library library, String name, String field) {
        library.addImpure(name, 0, 0, call -> call.around().event().field(field));
    }

    private static @Nullable Object topic(Call call) {
        Object topic = call.around().event().field("topic");
        if (!call.has(0)) {
            return topic;
        }
        int level = call.index(0);
        if (!(topic instanceof Text text)) {
            return null;
        }
        List<Object> levels = TopicFunctions.levels(text);
        if (level < 1 || level > levels.size()) {
            throw call.problem("the topic has " + levels.size() + " levels, not a level " + level);
        }
        return levels.get(level - 1);
    }

    private static @Nullable Object payload(Call call) {
        Object payload = call.around().event().field("payload");
        if (!call.has(0)) {
            return payload;
        }
        String path = call.string(0);
        Object value = payload instanceof Text text ? call.parsedOrUndefined(text) : payload;
        return MapFunctions.atPath(value, path);
    }

    private static @Nullable Object flag(Call call) {
        String name = call.string(0);
        return call.around().event().field("flags") instanceof Map<?, ?> flags ? flags.get(name) : null;
    }
}
