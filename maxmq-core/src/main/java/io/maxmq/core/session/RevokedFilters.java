package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.routing.Topic;
import java.util.ArrayList;
import java.util.List;

/**
 * Filters that a session had subscribed to and may no longer, while messages still wait that they may have brought. Unlike what waits
 * when a client unsubscribes (MQTT 5.0 §3.10.4), these are not sent, unless another subscription of the session is for their topic
 * as well. What is in flight has been sent already and goes on.
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

    /** @param nextSequence above those of all messages that wait */
    void add(TopicFilter filter, long nextSequence) {
        filters.add(filter);
        end = nextSequence;
    }

    /** Has storage forget the subscriptions. */
    void end() {
        filters.forEach(session.subscribing()::forgetRevoked);
    }

    /** Whether no message that waits can be meant any more. */
    boolean areDone(OutboundQueue queue) {
        return queue.isEmpty() || (queue.inMemory() > 0 && queue.firstSequence() >= end);
    }

    /** Whether a message that waits is here by one of them alone. Costs a comparison for each filter of the session. */
    boolean brought(long sequence, Topic topic) {
        if (sequence >= end) {
            return false;
        }
        String name = topic.name();
        return filters.stream().anyMatch(each -> each.matches(name)) && !session.isSubscribedTo(name);
    }
}
