package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;

/** Simple reference implementations for comparison. */
final class Naive {
    private Naive() {}

    /** Matches level by level, MQTT 5.0 §4.7. */
    static boolean matches(String filter, String topic) {
        String[] filterLevels = filter.split("/", -1);
        String[] topicLevels = topic.split("/", -1);
        if (topic.startsWith("$") && (filterLevels[0].equals("+") || filterLevels[0].equals("#"))) {
            return false;
        }
        for (int i = 0; i < filterLevels.length; i++) {
            if (filterLevels[i].equals("#")) {
                return topicLevels.length >= i;
            }
            if (i == topicLevels.length || !(filterLevels[i].equals("+") || filterLevels[i].equals(topicLevels[i]))) {
                return false;
            }
        }
        return filterLevels.length == topicLevels.length;
    }

    static Topic topic(String name) {
        return Topic.of(name);
    }

    static FilterSubscription subscription(Subscriber subscriber, String filter) {
        return new FilterSubscription(subscriber, TopicFilter.of(filter), 0, false, false, 0);
    }

    /**
     * Returns a message with a payload of {@code payload} bytes; its charge is {@link StoredMessage#OVERHEAD_BYTES}
     * more.
     */
    static StoredMessage stored(Topic topic, int payload) {
        return new StoredMessage(topic, new byte[payload], 0, 1, true, 0, 0, 0);
    }

    /** Returns a message with this id. */
    static StoredMessage numbered(Topic topic, long id) {
        return new StoredMessage(topic, new byte[1], 0, 1, true, 0, 0, id);
    }

    /** Returns the subscriptions of a traversal of the local part. */
    static List<FilterSubscription> locals(Match match) {
        List<FilterSubscription> found = new ArrayList<>();
        for (int i = 0, count = match.localCount(); i < count; i++) {
            FilterSubscription subscription = match.local(i);
            if (subscription != null) {
                found.add(subscription);
            }
        }
        return found;
    }
}
