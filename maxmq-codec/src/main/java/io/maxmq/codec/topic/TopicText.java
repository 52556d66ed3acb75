package io.maxmq.codec.topic;

import io.maxmq.codec.Utf8;
import org.jspecify.annotations.Nullable;

/** The text of topic names and filters: a valid MQTT string, divided into levels by {@code /}. §4.7.3. */
final class TopicText {
    private TopicText() {}

    /** Why {@code text} is neither a name nor a filter, or null. Linear in its length. */
    static @Nullable String problem(String text, int maxLevels) {
        if (text.isEmpty()) {
            return "is empty"; // [MQTT-4.7.3-1]
        }
        int bytes = Utf8.encodedLength(text);
        if (bytes < 0) {
            return "holds U+0000 or half of a surrogate pair"; // [MQTT-4.7.3-2], [MQTT-1.5.4-1]
        }
        if (bytes > Utf8.MAX_BYTES) {
            return "has " + bytes + " bytes, allowed are " + Utf8.MAX_BYTES; // [MQTT-4.7.3-3]
        }
        int levels = levelCount(text);
        return levels > maxLevels ? "has " + levels + " levels, allowed are " + maxLevels : null;
    }

    /** One more than there are separators: empty levels count. */
    static int levelCount(String text) {
        int levels = 1;
        for (int i = text.indexOf('/'); i >= 0; i = text.indexOf('/', i + 1)) {
            levels++;
        }
        return levels;
    }
}
