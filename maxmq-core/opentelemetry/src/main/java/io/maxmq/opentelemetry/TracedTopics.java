package io.maxmq.opentelemetry;

import io.maxmq.codec.topic.TopicFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The topics whose messages are traced, and the filters that name their spans. Immutable.
 *
 * @param filters empty for all topics, which name their spans themselves
 */
record TracedTopics(List<TopicFilter> filters) {
    static final TracedTopics ALL = new TracedTopics(List.of());

    static TracedTopics of(List<String> filters) {
        if (filters.isEmpty()) {
            throw new IllegalArgumentException("topic filters must not be empty");
        }
        return new TracedTopics(filters.stream().map(TopicFilter::of).toList());
    }

    boolean contains(String topic) {
        return filters.isEmpty() || filterOf(topic) != null;
    }

    /** The first filter that matches; null when there is no such filter. */
    @Nullable
    String filterOf(String topic) {
        for (TopicFilter each : filters) {
            if (each.matches(topic)) {
                return each.toString();
            }
        }
        return null;
    }
}
