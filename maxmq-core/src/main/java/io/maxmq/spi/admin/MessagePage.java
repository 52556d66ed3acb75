package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;

/**
 * A part of the messages that a session holds for its client. Immutable.
 *
 * @param items in the session's order; at most as many as the query's limit, fewer only on the last page
 * @param notShown the number of messages that no page contains, at the end of this page. Queued: the messages of a
 *     durable session that are in storage only, after the others; they are counted, not read. In flight: QoS 2 after
 *     PUBREC, of which the session has only the packet id
 * @param next hand it to {@link MessageQuery#after} for the next page; empty on the last one
 * @since 0.1.0
 */
@Stable
public record MessagePage(List<MessageView> items, int notShown, Optional<String> next) {

    /** Copies the items. */
    public MessagePage {
        items = List.copyOf(items);
    }

    /** Returns whether this is the last page. */
    public boolean isLast() {
        return next.isEmpty();
    }
}
