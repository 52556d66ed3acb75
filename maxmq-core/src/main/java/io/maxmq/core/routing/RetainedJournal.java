package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/** Where retained messages are written down, but for the broker's own. One per loop; called on it; never blocks. */
@FunctionalInterface
public interface RetainedJournal {
    /** No storage. */
    RetainedJournal NONE = (routes, topic, asking) -> {};

    /**
     * The retained message of a topic is another one now, or there is none any more: {@link RetainedTree} has what is to be
     * written.
     *
     * @param asking the message that has changed it: its outcome waits until this, or what has come later, is durable. Null
     *     when nobody waits
     */
    void changed(Routes routes, Topic topic, @Nullable RoutedMessage asking);
}
