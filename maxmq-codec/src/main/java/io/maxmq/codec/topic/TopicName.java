package io.maxmq.codec.topic;

import io.maxmq.codec.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * The topic name of a message (MQTT 5.0 §4.7): 1..65,535 bytes of UTF-8, no wildcard, no U+0000, levels cut by {@code
 * /}; empty levels count. Compared character by character, without normalisation [MQTT-4.7.3-4]. Immutable.
 */
public record TopicName(String text) {
    /**
     * @throws IllegalArgumentException when {@link #problem} has one; the message names the value
     */
    public TopicName {
        String problem = problem(text);
        if (problem != null) {
            throw new IllegalArgumentException("topic name " + problem + ": topic=" + Utf8.quote(text));
        }
    }

    /** As the constructor. */
    public static TopicName of(String text) {
        return new TopicName(text);
    }

    /** Why {@code text} is no topic name, such as {@code "is empty"}, or null when it is one. Linear. */
    public static @Nullable String problem(String text) {
        return problem(text, Integer.MAX_VALUE);
    }

    /** As {@link #problem(String)}, and with at most {@code maxLevels} levels. */
    public static @Nullable String problem(String text, int maxLevels) {
        if (text.indexOf('+') >= 0 || text.indexOf('#') >= 0) {
            return "holds a wildcard"; // [MQTT-4.7.1-1]
        }
        return TopicText.problem(text, maxLevels);
    }

    /** Returns the number of levels, 1 or more. Linear. */
    public int levelCount() {
        return TopicText.levelCount(text);
    }

    /** Returns whether it starts with {@code $}, so that no filter matches it by a leading wildcard [MQTT-4.7.2-1]. */
    public boolean isDollar() {
        return text.charAt(0) == '$';
    }

    @Override
    public String toString() {
        return text;
    }
}
