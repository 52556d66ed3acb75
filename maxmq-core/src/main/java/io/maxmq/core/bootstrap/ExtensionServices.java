package io.maxmq.core.bootstrap;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.admin.Administration;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.inprocess.HookSubscriber;
import io.maxmq.core.inprocess.Publisher;
import io.maxmq.core.limit.BudgetAccount;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.loop.WorkerTimers;
import io.maxmq.core.monitor.ExtensionFigures;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.ThreadNames;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.Clock;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishHook;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.Timers;
import io.maxmq.spi.admin.Bans;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.admin.RetainedMessages;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.admin.Subscriptions;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.storage.KeyValueStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The services of the broker for one extension. Thread-safe. */
final class ExtensionServices implements BrokerContext {
    private final BrokerConfig config;
    private final Plugins plugins;
    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final Publisher publisher;
    private final Events events;
    private final WorkerPool workers;
    private final BudgetAccount account;
    private final Metrics metrics;
    private final Administration administration;
    private final Timers timers;
    private final ExtensionFigures figures;

    /** Registrations that the broker closes at the extension's end. */
    private final Set<Registration> registrations = ConcurrentHashMap.newKeySet();

    ExtensionServices(
            BrokerConfig config,
            Plugins plugins,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            Publisher publisher,
            Events events,
            WorkerPool workers,
            MemoryBudget budget,
            Metrics metrics,
            Administration administration,
            ExtensionFigures figures) {
        this.config = config;
        this.plugins = plugins;
        this.loops = loops;
        this.routes = routes;
        this.publisher = publisher;
        this.events = events;
        this.workers = workers;
        this.account = new BudgetAccount(budget);
        this.metrics = metrics;
        this.administration = administration;
        this.figures = figures;
        this.timers = new WorkerTimers(
                loops.get(0).loop(),
                workers,
                (task, failure, cause) ->
                        events.failures().report(task.getClass().getName(), "timer", failure, cause));
    }

    @Override
    public String brokerName() {
        return config.name();
    }

    @Override
    public String threadPrefix() {
        return ThreadNames.prefix(config.name());
    }

    @Override
    public Clock clock() {
        return plugins.clock();
    }

    @Override
    public CompletionStage<PublishResult> publish(Tenant tenant, Message message, PublishOptions options) {
        return publisher.publish(tenant, message, options);
    }

    @Override
    public Registration onPublish(Tenant tenant, String topicFilter, PublishHook hook) {
        Registration registration = onPublish(tenant, Map.of(topicFilter, hook)).get(topicFilter);
        assert registration != null;
        return registration;
    }

    @Override
    public Map<String, Registration> onPublish(Tenant tenant, Map<String, PublishHook> hooks) {
        Map<TopicFilter, HookSubscriber.Hook> byFilter = new LinkedHashMap<>();
        hooks.forEach((topicFilter, hook) -> {
            TopicFilter filter = routes.filterOf(topicFilter);
            if (filter.share() != null) {
                throw new IllegalArgumentException("a hook cannot be shared: topicFilter=" + topicFilter);
            }
            byFilter.put(filter, new HookSubscriber.Hook(hook));
        });
        Routes tenantRoutes = routes.named(tenant);
        tenantRoutes.hook();
        Map<String, List<Runnable>> removals = new LinkedHashMap<>();
        CountDownLatch added = new CountDownLatch(loops.size());
        boolean onLoop = false;
        for (LoopAssembly each : loops) {
            onLoop |= each.loop().inLoop();
            List<FilterSubscription> subscriptions = new ArrayList<>(hooks.size());
            byFilter.forEach((filter, hook) -> {
                FilterSubscription subscription = new FilterSubscription(
                        new HookSubscriber(tenant, each.loop(), hook, events.failures()), filter, 2, false, true, 0);
                subscriptions.add(subscription);
                removals.computeIfAbsent(filter.toString(), all -> new ArrayList<>(List.of(hook::close)))
                        .add(() -> each.loop().run(() -> {
                            tenantRoutes.hooks().remove(subscription);
                            each.sessions().compactLater(tenantRoutes);
                        }));
            });
            each.loop().run(() -> {
                subscriptions.forEach(subscription -> tenantRoutes.hooks().add(subscription));
                added.countDown();
            });
        }
        if (!onLoop) {
            awaitAdded(added);
        }
        Map<String, Registration> registrations = new HashMap<>();
        removals.forEach((filter, all) -> registrations.put(filter, registered(() -> all.forEach(Runnable::run))));
        return registrations;
    }

    /** A caller on an event loop must not wait for the others; for it the hook is in force there, and soon elsewhere. */
    private void awaitAdded(CountDownLatch added) {
        try {
            if (!added.await(config.closeTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("event loops did not answer within " + config.closeTimeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Registration addListener(BrokerListener listener) {
        return registered(events.add(listener));
    }

    private Registration registered(Registration of) {
        Registration registration = new Registration() {
            @Override
            public void close() {
                if (registrations.remove(this)) {
                    of.close();
                }
            }
        };
        registrations.add(registration);
        return registration;
    }

    @Override
    public Clients clients() {
        return administration.clients();
    }

    @Override
    public Bans bans() {
        return administration.bans();
    }

    @Override
    public Sessions sessions() {
        return administration.sessions();
    }

    @Override
    public Subscriptions subscriptions() {
        return administration.subscriptions();
    }

    @Override
    public RetainedMessages retained() {
        return administration.retained();
    }

    @Override
    public CompletionStage<Explanation> explain(PublishQuestion question) {
        return administration.explain(question);
    }

    @Override
    public Health health() {
        return administration.health();
    }

    @Override
    public Timers timers() {
        return timers;
    }

    @Override
    public Executor workers() {
        return workers;
    }

    @Override
    public Optional<KeyValueStore> storage() {
        return Optional.ofNullable(plugins.storage());
    }

    @Override
    public MemoryAccount memoryAccount() {
        return account;
    }

    @Override
    public MetricsSink metrics() {
        return metrics.forExtensions();
    }

    @Override
    public Registration sysFigure(String name, LongSupplier value) {
        return registered(figures.add(name, value));
    }

    Duration closeTimeout() {
        return config.closeTimeout();
    }

    PluginFailures failures() {
        return events.failures();
    }

    void close() {
        for (Registration each : registrations) {
            each.close();
        }
        account.close();
    }
}
