package io.maxmq.rules.function;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Topics: their levels, and whether they match a filter (MQTT 5.0 §4.7). */
final class TopicFunctions {
    private TopicFunctions() {}

    static void addTo(Library library) {
        library.add("contains_topic", 2, 3, TopicFunctions::contains)
                .add("contains_topic_match", 2, 3, TopicFunctions::containsMatch)
                .add("topic_match", 2, call -> filter(call, 1).matches(call.string(0)))
                .add("topic_join", 1, 2, TopicFunctions::join)
                .add("topic_split", 1, TopicFunctions::split);
    }

    private static Object split(Call call) {
        Text topic = Text.of(call.string(0));
        call.checkElements(
                topic.toString().chars().filter(character -> character == '/').count() + 1);
        return levels(topic);
    }

    /** The levels of a topic, at least one. */
    static List<Object> levels(Text topic) {
        List<Object> levels = new ArrayList<>();
        String text = topic.toString();
        int from = 0;
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', from)) {
            levels.add(Text.of(text.substring(from, slash)));
            from = slash + 1;
        }
        levels.add(Text.of(text.substring(from)));
        return levels;
    }

    private static Object contains(Call call) {
        Text topic = call.text(1);
        return anyEntry(call, topic::equals);
    }

    private static Object containsMatch(Call call) {
        TopicFilter filter = filter(call, 1);
        return anyEntry(call, topic -> filter.matches(topic.toString()));
    }

    /** Returns whether a {topic, qos} of the list has such a topic, and the QoS if one is asked for. */
    private static boolean anyEntry(Call call, Predicate<Text> wanted) {
        @Nullable Object qos = call.has(2) ? call.integer(2) : null;
        for (Object entry : call.array(0)) {
            if (entry instanceof Map<?, ?> map
                    && map.get("topic") instanceof Text topic
                    && wanted.test(topic)
                    && (qos == null || Values.alike(qos, map.get("qos")))) {
                return true;
            }
        }
        return false;
    }

    private static TopicFilter filter(Call call, int argument) {
        TopicFilter filter = TopicFilter.parse(call.string(argument));
        if (filter == null) {
            throw call.bad(argument, "a topic filter");
        }
        return filter;
    }

    private static Object join(Call call) {
        if (call.count() == 2) {
            String parent = call.str(0).toString();
            if (parent.isEmpty() || call.value(0) == null || call.value(1) == null) {
                throw call.problem("there is nothing to join");
            }
            return call.built(parent + (parent.endsWith("/") ? "" : "/") + call.str(1));
        }
        TextBuilder joined = new TextBuilder(call);
        String separator = "";
        for (Object word : call.array(0)) {
            if (word == null) {
                throw call.problem("a level is undefined");
            }
            joined.add(separator).add(call.str(word).toString());
            separator = "/";
        }
        return joined.text();
    }
}
