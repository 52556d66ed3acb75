package io.maxmq.core.admin;

import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.inprocess.Publisher;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.routing.RetainedCursor;
import io.maxmq.core.routing.RetainedTree;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.admin.RetainedMessages;
import io.maxmq.spi.admin.RetainedQuery;
import io.maxmq.spi.admin.RetainedView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** The retained messages of all tenants. Read on workers: they can be, without a lock. Thread-safe. */
final class RetainedDirectory implements RetainedMessages {
    private final TenantRoutes routes;
    private final Publisher publisher;
    private final WorkerPool workers;
    private final ExpiryClock clock;
    private final PendingQueries answers;

    RetainedDirectory(
            TenantRoutes routes, Publisher publisher, WorkerPool workers, ExpiryClock clock, PendingQueries answers) {
        this.routes = routes;
        this.publisher = publisher;
        this.workers = workers;
        this.clock = clock;
        this.answers = answers;
    }

    @Override
    public long count() {
        return routes.all().stream().mapToLong(each -> each.retained().count()).sum();
    }

    @Override
    public long bytes() {
        return routes.all().stream().mapToLong(each -> each.retained().bytes()).sum();
    }

    @Override
    public CompletionStage<Page<RetainedView>> query(RetainedQuery query) {
        TopicFilter filter = TopicFilter.of(query.topicFilter());
        if (filter.share() != null) {
            throw new IllegalArgumentException("retained messages are not shared: topicFilter=" + query.topicFilter());
        }
        Optional<Topic> after = query.cursor().map(text -> {
            if (TopicName.problem(text) != null || !filter.matches(text)) {
                throw new IllegalArgumentException("not a cursor of this query: cursor=" + text);
            }
            return Topic.of(text);
        });
        return onWorker(() -> page(query, filter, after));
    }

    private Page<RetainedView> page(RetainedQuery query, TopicFilter filter, Optional<Topic> after) {
        RetainedTree retained = routes.of(query.tenant()).retained();
        RetainedCursor cursor =
                after.map(topic -> retained.cursorAfter(filter, topic)).orElseGet(() -> retained.cursor(filter));
        List<RetainedView> items = new ArrayList<>();
        for (StoredMessage each = cursor.next(); each != null; each = cursor.next()) {
            if (each.isExpired(clock.millis())) {
                continue;
            }
            if (items.size() == query.limit()) {
                return new Page<>(items, Optional.of(items.get(items.size() - 1).topic()));
            }
            items.add(Views.retained(each));
        }
        return new Page<>(items, Optional.empty());
    }

    @Override
    public CompletionStage<Optional<Message>> get(Tenant tenant, String topic) {
        Topic of = Topic.of(TopicName.of(topic).text());
        return onWorker(() -> Optional.ofNullable(routes.of(tenant).retained().get(of))
                .filter(message -> !message.isExpired(clock.millis()))
                .map(this::copy));
    }

    private Message copy(StoredMessage message) {
        return ApplicationMessages.view(message, QoS.of(message.qos()), true, clock.millis())
                .copy();
    }

    private <T> CompletionStage<T> onWorker(java.util.function.Supplier<T> work) {
        return answers.ask(answer -> {
            boolean accepted = workers.tryExecute(() -> {
                try {
                    answer.complete(work.get());
                } catch (Throwable t) {
                    answer.completeExceptionally(t);
                }
            });
            if (!accepted) {
                throw new RejectedExecutionException("the queue of the worker pool is full");
            }
        });
    }

    @Override
    public CompletionStage<Boolean> remove(Tenant tenant, String topic) {
        String name = TopicName.of(topic).text();
        LoopAssembly at = publisher.loopOf(name);
        Routes of = routes.of(tenant);
        return answers.ask(answer ->
                at.loop().execute(() -> answer.complete(at.router().removeRetained(Topic.of(name), of))));
    }
}
