package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.routing.Topic;
import java.util.ArrayList;
import java.util.List;

/**
 * Revoked topic filters of a session, kept while messages that they matched are still queued. These messages are not
 * sent, unless another subscription of the session matches their topic; messages queued before an UNSUBSCRIBE, in
 * contrast, are sent (MQTT 5.0 §3.10.4). In-flight messages are not affected.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class RevokedFilters {
    private final Session session;
    private final List<TopicFilter> filters = new ArrayList<>(1);
    private long end;

    RevokedFilters(Session session) {
        this.session = session;
    }

    /** @param nextSequence above the sequences of all queued messages */
    void add(TopicFilter filter, long nextSequence) {
        filters.add(filter);
        end = nextSequence;
    }

    /** Deletes the revoked subscriptions from storage. */
    void end() {
        filters.forEach(session.subscribing()::forgetRevoked);
    }

    /** Returns whether no queued message can come from a revoked filter. */
    boolean areDone(OutboundQueue queue) {
        return queue.isEmpty() || (queue.inMemory() > 0 && queue.firstSequence() >= end);
    }

    /**
     * Returns whether a queued message was matched by revoked filters only. Costs a comparison for each filter of the
     * session.
     */
    boolean brought(long sequence, Topic topic) {
        if (sequence >= end) {
            return false;
        }
        String name = topic.name();
        return filters.stream().anyMatch(each -> each.matches(name)) && !session.isSubscribedTo(name);
    }
}
