package io.maxmq.core.connection;

import io.maxmq.codec.topic.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * What {@code $delayed/SECONDS/TOPIC} says.
 *
 * @param topic where the message is to be published, a valid topic name
 * @param seconds after which it is, 1 or more
 */
record DelayedTopic(String topic, int seconds) {
    static final String PREFIX = "$delayed/";

    /** As many digits as any allowed number has. */
    private static final int MAX_DIGITS = 10;

    /**
     * Null when it says no such thing.
     *
     * @param name that begins with {@link #PREFIX}
     */
    static @Nullable DelayedTopic parse(String name, long maxSeconds) {
        int start = PREFIX.length();
        int end = name.indexOf('/', start);
        if (end <= start || end - start > MAX_DIGITS) {
            return null;
        }
        long seconds = 0;
        for (int i = start; i < end; i++) {
            char digit = name.charAt(i);
            if (digit < '0' || digit > '9') {
                return null;
            }
            seconds = 10 * seconds + digit - '0';
        }
        String topic = name.substring(end + 1);
        if (seconds < 1 || seconds > maxSeconds || TopicName.problem(topic) != null) {
            return null;
        }
        return new DelayedTopic(topic, (int) seconds);
    }
}
