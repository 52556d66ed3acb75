package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/** Writer of retained messages to storage, except for those of the broker. One per loop, called on it. Never blocks. */
@FunctionalInterface
public interface RetainedJournal {
    /** Journal of a broker without storage. */
    RetainedJournal NONE = (routes, topic, asking) -> {};

    /**
     * Writes the retained message of a topic, or its removal, after a change. {@link RetainedTree} has the current
     * value.
     *
     * @param asking the message that made the change: its outcome waits until this change or a later one of the topic
     *     is durable. Null if no message waits
     */
    void changed(Routes routes, Topic topic, @Nullable RoutedMessage asking);
}
