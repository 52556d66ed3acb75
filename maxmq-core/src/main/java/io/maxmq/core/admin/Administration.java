package io.maxmq.core.admin;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.access.Access;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.inprocess.Publisher;
import io.maxmq.core.monitor.HealthChecks;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.admin.Bans;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.admin.RetainedMessages;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.admin.Subscriptions;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Queries and operations of the application and of extensions on a running broker. Thread-safe. */
public final class Administration implements AutoCloseable {
    private final BrokerConfig config;
    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final Publisher publisher;
    private final Events events;
    private final WorkerPool workers;
    private final ExpiryClock clock;
    private final Access access;
    private final PendingQueries answers;
    private final HealthChecks health;
    private final Bans bans;

    public Administration(
            BrokerConfig config,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            Publisher publisher,
            Events events,
            WorkerPool workers,
            ExpiryClock clock,
            Access access,
            HealthChecks health,
            PendingQueries answers,
            Bans bans) {
        this.bans = bans;
        this.access = access;
        this.answers = answers;
        this.config = config;
        this.loops = loops;
        this.routes = routes;
        this.publisher = publisher;
        this.events = events;
        this.workers = workers;
        this.clock = clock;
        this.health = health;
    }

    // Each is made when it is asked for: it holds nothing of its own, and a start is spared the loading.

    public Clients clients() {
        return new ClientDirectory(loops, answers);
    }

    public Sessions sessions() {
        return new SessionDirectory(loops, answers, new SubscriptionsOnBehalf(config, loops, events, answers));
    }

    public Subscriptions subscriptions() {
        return new SubscriptionDirectory(loops, routes, answers);
    }

    public Bans bans() {
        return bans;
    }

    public RetainedMessages retained() {
        return new RetainedDirectory(routes, publisher, workers, clock, answers);
    }

    public CompletionStage<Explanation> explain(PublishQuestion question) {
        return new Explainer(config, loops, routes, access, clock, answers).explain(question);
    }

    public Health health() {
        return health.look();
    }

    /** Questions that are open are answered with the broker's end. */
    @Override
    public void close() {
        answers.close();
    }
}
