package io.maxmq.core.admin;

import io.maxmq.core.session.Session;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects a page of the sessions that a query asks for. */
final class SessionPage<V> implements SessionWalk.Visitor {
    private final ClientQuery query;
    private final Function<Session, @Nullable V> view;
    private final CompletableFuture<Page<V>> answer;
    private final List<V> items = new ArrayList<>();

    /** @param view null for one that is left out */
    SessionPage(ClientQuery query, Function<Session, @Nullable V> view, CompletableFuture<Page<V>> answer) {
        this.query = query;
        this.view = view;
        this.answer = answer;
    }

    @Override
    public int visit(Session session, SessionCursor at) {
        if (!session.clientId().startsWith(query.clientIdPrefix())
                || !session.tenant().equals(query.tenant())) {
            return 0;
        }
        V item = view.apply(session);
        if (item == null) {
            return 0;
        }
        if (items.size() == query.limit()) {
            // One more is there, so a page follows: the last one never comes empty.
            answer.complete(new Page<>(items, SessionWalk.next(at)));
            return STOP;
        }
        items.add(item);
        return 1;
    }

    @Override
    public void end() {
        answer.complete(new Page<>(items, Optional.empty()));
    }
}
