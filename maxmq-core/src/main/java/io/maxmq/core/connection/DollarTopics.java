package io.maxmq.core.connection;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.routing.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one place that judges what clients may publish to topics that begin with {@code $} (MQTT 5.0 §4.7.2, which leaves
 * them to the broker): nothing, but below the first levels that the settings open, and {@code $delayed/SECONDS/TOPIC}, which
 * is judged as TOPIC. The application may publish anywhere.
 * Immutable, thread-safe.
 */
final class DollarTopics {
    private static final byte[] DELAYED = DelayedTopic.PREFIX.getBytes(StandardCharsets.UTF_8);

    private final byte[][] open;
    private final long maxDelaySeconds;

    DollarTopics(BrokerConfig config) {
        Set<String> openFirstLevels = config.capabilities().openDollarTopics();
        this.maxDelaySeconds = config.delayed().maxDelay().toSeconds();
        this.open = new byte[openFirstLevels.size()][];
        int i = 0;
        for (String level : openFirstLevels) {
            open[i++] = level.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Whether clients may not publish to it. */
    boolean isClosed(Topic topic) {
        return topic.startsWithDollar() && !isOpen(topic.utf8());
    }

    /** Whether it asks for a message to be published later. */
    boolean isDelayed(Topic topic) {
        byte[] utf8 = topic.utf8();
        return maxDelaySeconds > 0
                && utf8.length >= DELAYED.length
                && Arrays.equals(utf8, 0, DELAYED.length, DELAYED, 0, DELAYED.length);
    }

    boolean isDelayed(String topic) {
        return maxDelaySeconds > 0 && topic.startsWith(DelayedTopic.PREFIX);
    }

    /** What a topic that {@link #isDelayed} says; null when it is not valid. */
    @Nullable
    DelayedTopic delayed(String topic) {
        return DelayedTopic.parse(topic, maxDelaySeconds);
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
