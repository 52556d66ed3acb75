package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;

/**
 * A part of the messages that a session holds for its client. Immutable.
 *
 * @param items in the session's order; at most as many as the query's limit, fewer only on the last page
 * @param notShown how many more there are that are on no page, as it was when this page ended. Of those queued: what a durable
 *     session has in storage only, behind the others; it is counted, and not read. Of those in flight: QoS 2 whose PUBREC has
 *     come, of which the session has but the packet id
 * @param next hand it to {@link MessageQuery#after} for the next page; empty on the last one
 * @since 0.1.0
 */
@Stable
public record MessagePage(List<MessageView> items, int notShown, Optional<String> next) {

    /** Copies the items. */
    public MessagePage {
        items = List.copyOf(items);
    }

    /** Whether nothing follows. */
    public boolean isLast() {
        return next.isEmpty();
    }
}
