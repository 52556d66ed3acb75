package io.maxmq.core.admin;

import io.maxmq.codec.ReasonCode;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.MessagePage;
import io.maxmq.spi.admin.MessageQuery;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** All sessions: what they hold, and what an administrator may do with one. Thread-safe. */
final class SessionDirectory implements Sessions {
    private static final Comparator<SessionView> BY_MEMORY = Comparator.comparingLong(SessionView::memoryBytes);

    private final List<LoopAssembly> loops;
    private final PendingQueries answers;
    private final SubscriptionsOnBehalf onBehalf;

    SessionDirectory(List<LoopAssembly> loops, PendingQueries answers, SubscriptionsOnBehalf onBehalf) {
        this.loops = loops;
        this.answers = answers;
        this.onBehalf = onBehalf;
    }

    @Override
    public long count() {
        return loops.stream()
                .mapToLong(each -> each.loop().counters().value(Counter.SESSIONS))
                .sum();
    }

    @Override
    public CompletionStage<Page<SessionView>> query(ClientQuery query) {
        SessionCursor from = SessionCursor.parse(query.cursor(), loops.size());
        return answers.ask(
                answer -> SessionWalk.begin(loops, from, new SessionPage<>(query, this::view, answer), answer));
    }

    private SessionView view(Session session) {
        return Views.session(
                session, LoopAssembly.of(loops, session.key()).loop().epochMillis());
    }

    @Override
    public CompletionStage<Optional<SessionView>> find(Tenant tenant, String clientId) {
        SessionKey key = new SessionKey(tenant, clientId);
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(answer -> at.loop()
                .execute(() -> answer.complete(
                        Optional.ofNullable(at.sessions().find(key)).map(this::view))));
    }

    @Override
    public CompletionStage<List<SessionView>> topMemoryConsumers(int count) {
        if (count < 1 || count > MAX_TOP) {
            throw new IllegalArgumentException("count must be 1.." + MAX_TOP + ": count=" + count);
        }
        return answers.ask(answer -> SessionWalk.begin(loops, SessionCursor.START, new Top(count, answer), answer));
    }

    /** Keeps the greatest that it has seen, the least of them at hand. */
    private final class Top implements SessionWalk.Visitor {
        private final int count;
        private final CompletableFuture<List<SessionView>> answer;
        private final PriorityQueue<SessionView> greatest = new PriorityQueue<>(BY_MEMORY);

        Top(int count, CompletableFuture<List<SessionView>> answer) {
            this.count = count;
            this.answer = answer;
        }

        @Override
        public int visit(Session session, SessionCursor at) {
            SessionView least = greatest.peek();
            if (greatest.size() == count && least != null && session.holdings().bytes() <= least.memoryBytes()) {
                return 0;
            }
            greatest.add(view(session));
            if (greatest.size() > count) {
                greatest.poll();
            }
            return 1;
        }

        @Override
        public void end() {
            List<SessionView> sorted = new ArrayList<>(greatest);
            sorted.sort(BY_MEMORY.reversed());
            answer.complete(List.copyOf(sorted));
        }
    }

    @Override
    public CompletionStage<MessagePage> queued(MessageQuery query) {
        return new MessageDirectory(loops, answers).queued(query);
    }

    @Override
    public CompletionStage<MessagePage> inFlight(MessageQuery query) {
        return new MessageDirectory(loops, answers).inFlight(query);
    }

    @Override
    public CompletionStage<Boolean> purge(Tenant tenant, String clientId) {
        SessionKey key = new SessionKey(tenant, clientId);
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(
                answer -> at.loop().execute(() -> answer.complete(at.sessions().purge(key))));
    }

    @Override
    public CompletionStage<ReasonCode> subscribe(Tenant tenant, String clientId, SubscriptionRequest request) {
        return onBehalf.subscribe(new SessionKey(tenant, clientId), request);
    }

    @Override
    public CompletionStage<Boolean> unsubscribe(Tenant tenant, String clientId, String topicFilter) {
        return onBehalf.unsubscribe(new SessionKey(tenant, clientId), topicFilter);
    }
}
