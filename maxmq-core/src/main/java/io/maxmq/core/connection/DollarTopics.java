package io.maxmq.core.connection;

import io.maxmq.core.routing.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * The one place that judges what clients may publish to topics that begin with {@code $} (MQTT 5.0 §4.7.2, which leaves
 * them to the broker): nothing, but below the first levels that the settings open. The application may publish anywhere.
 * Immutable, thread-safe.
 */
final class DollarTopics {
    private final byte[][] open;

    DollarTopics(Set<String> openFirstLevels) {
        this.open = new byte[openFirstLevels.size()][];
        int i = 0;
        for (String level : openFirstLevels) {
            open[i++] = level.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Whether clients may not publish to it. */
    boolean isClosed(Topic topic) { // hot: per message
        return topic.startsWithDollar() && !isOpen(topic.utf8());
    }

    boolean isClosed(String topic) {
        return topic.startsWith("$") && !isOpen(topic.getBytes(StandardCharsets.UTF_8));
    }

    private boolean isOpen(byte[] topic) {
        for (byte[] level : open) {
            boolean begins =
                    topic.length >= level.length && Arrays.equals(topic, 0, level.length, level, 0, level.length);
            if (begins && (topic.length == level.length || topic[level.length] == '/')) {
                return true;
            }
        }
        return false;
    }
}
