package io.maxmq.core.admin;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.session.Session;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.admin.SubscriptionQuery;
import io.maxmq.spi.admin.SubscriptionView;
import io.maxmq.spi.admin.Subscriptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The subscriptions of all sessions. Thread-safe. */
final class SubscriptionDirectory implements Subscriptions {
    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final PendingQueries answers;

    SubscriptionDirectory(List<LoopAssembly> loops, TenantRoutes routes, PendingQueries answers) {
        this.loops = loops;
        this.routes = routes;
        this.answers = answers;
    }

    @Override
    public long count() {
        return routes.all().stream()
                .mapToLong(each -> each.tree().subscriptionCount())
                .sum();
    }

    @Override
    public CompletionStage<Page<SubscriptionView>> query(SubscriptionQuery query) {
        SessionCursor from = SessionCursor.parse(query.cursor(), loops.size());
        String filter =
                query.topicFilter().map(each -> TopicFilter.of(each).toString()).orElse(null);
        String topic = query.topic().map(each -> TopicName.of(each).text()).orElse(null);
        return answers.ask(
                answer -> SessionWalk.begin(loops, from, new Collector(query, filter, topic, from, answer), answer));
    }

    private static final class Collector implements SessionWalk.Visitor {
        private final SubscriptionQuery query;
        private final @Nullable String filter;
        private final @Nullable String topic;
        private final SessionCursor from;
        private final CompletableFuture<Page<SubscriptionView>> answer;
        private final List<SubscriptionView> items = new ArrayList<>();
        private SessionCursor last;

        Collector(
                SubscriptionQuery query,
                @Nullable String filter,
                @Nullable String topic,
                SessionCursor from,
                CompletableFuture<Page<SubscriptionView>> answer) {
            this.query = query;
            this.filter = filter;
            this.topic = topic;
            this.from = from;
            this.last = from;
            this.answer = answer;
        }

        @Override
        public int visit(Session session, SessionCursor at) {
            if (!session.clientId().startsWith(query.clientIdPrefix())
                    || !session.tenant().equals(query.tenant())) {
                return 0;
            }
            if (filter != null) {
                FilterSubscription only = session.subscription(filter);
                return only == null || collect(session, only, at) ? 0 : STOP;
            }
            List<FilterSubscription> sorted = new ArrayList<>(session.subscriptions());
            sorted.sort(Comparator.comparing(each -> each.filter().toString()));
            for (FilterSubscription each : sorted) {
                if (!collect(session, each, at)) {
                    return STOP;
                }
            }
            return sorted.size();
        }

        /** False when the page is full and this is the first of the next one. */
        private boolean collect(Session session, FilterSubscription subscription, SessionCursor at) {
            String text = subscription.filter().toString();
            boolean given =
                    at.loop() == from.loop() && at.slot() == from.slot() && text.compareTo(from.afterFilter()) <= 0;
            if (given || (topic != null && !subscription.filter().matches(topic))) {
                return true;
            }
            if (items.size() == query.limit()) {
                answer.complete(new Page<>(items, SessionWalk.next(last)));
                return false;
            }
            items.add(Views.subscription(session.key(), subscription));
            last = new SessionCursor(at.loop(), at.slot(), text);
            return true;
        }

        @Override
        public void end() {
            answer.complete(new Page<>(items, Optional.empty()));
        }
    }
}
