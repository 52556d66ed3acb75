package io.maxmq.core.bootstrap;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.Clock;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.RetainedMessages;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.admin.Subscriptions;
import java.util.List;

/** What the embedder and extensions see of a running broker, and do to it. Thread-safe. */
public final class Administration {
    private final Answers answers = new Answers();
    private final Clients clients;
    private final Sessions sessions;
    private final Subscriptions subscriptions;
    private final RetainedMessages retained;

    Administration(
            BrokerConfig config,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            Publisher publisher,
            Events events,
            WorkerPool workers,
            Clock clock) {
        this.clients = new ClientDirectory(loops, answers);
        this.sessions = new SessionDirectory(loops, answers, new SubscriptionsOnBehalf(config, loops, events, answers));
        this.subscriptions = new SubscriptionDirectory(loops, routes, answers);
        this.retained = new RetainedDirectory(routes, publisher, workers, clock, answers);
    }

    public Clients clients() {
        return clients;
    }

    public Sessions sessions() {
        return sessions;
    }

    public Subscriptions subscriptions() {
        return subscriptions;
    }

    public RetainedMessages retained() {
        return retained;
    }

    /** Questions that are open are answered with the broker's end. */
    void close() {
        answers.close();
    }
}
