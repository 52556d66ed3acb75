package io.maxmq.core.inprocess;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.limit.BudgetAccount;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.SerialExecutor;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RetainedCursor;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.session.HandlerSubscriber;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Subscriptions of the application: makes them, and ends them with the broker. Thread-safe. */
public final class Subscribers implements AutoCloseable {
    /** Before a handler that had no room is tried again. */
    private static final long RETAINED_PAUSE_NANOS = 20_000_000L;

    private static final int RETAINED_PER_TURN = 256;

    /** Branches visited per retained message: a filter may match few of many topics. */
    private static final int RETAINED_STEPS = 32;

    private final BrokerConfig config;
    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final WorkerPool workers;
    private final MemoryBudget budget;
    private final PluginFailures failures;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<Registration> open = ConcurrentHashMap.newKeySet();

    /** A request of the application. */
    public record Request(Tenant tenant, TopicFilter filter, int maxQos, int queue, boolean inline, boolean retained) {}

    /** A subscription in force: what ends it, and when it takes effect. */
    public record Made(Registration registration, CompletionStage<Void> active) {}

    public Subscribers(
            BrokerConfig config,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            WorkerPool workers,
            MemoryBudget budget,
            PluginFailures failures) {
        this.config = config;
        this.loops = loops;
        this.routes = routes;
        this.workers = workers;
        this.budget = budget;
        this.failures = failures;
    }

    /** Subscribes. Messages published after {@code active} has completed reach the handler. */
    public Made subscribe(Request request, Consumer<Message> handler) {
        int number = next.getAndIncrement();
        LoopAssembly at = loops.get(Math.floorMod(number, loops.size()));
        Routes tenantRoutes = routes.named(request.tenant());
        @Nullable SerialExecutor executor = request.inline() ? null : workers.serial(request.queue());
        HandlerSubscriber subscriber = new HandlerSubscriber(
                new SessionKey(request.tenant(), config.name() + "/in-process-" + number),
                at.loop(),
                at.drops(),
                handler,
                executor,
                new BudgetAccount(budget),
                failures);
        FilterSubscription subscription =
                new FilterSubscription(subscriber, request.filter(), request.maxQos(), false, true, 0);
        CompletableFuture<Void> active = new CompletableFuture<>();
        Registration registration = new InForce(at, tenantRoutes, subscriber, subscription);
        open.add(registration);
        boolean taken = at.loop().tryExecute(() -> {
            int made = tenantRoutes.tree().add(subscription);
            at.loop().credit().overdraw((long) made * SubscriptionTree.NODE_BYTES);
            SharedGroup group = subscription.group();
            if (group != null) {
                group.memberCame();
            }
            active.complete(null);
            if (request.retained() && request.filter().share() == null) {
                new RetainedFeed(
                                at,
                                subscriber,
                                subscription,
                                tenantRoutes.retained().cursor(request.filter()))
                        .feed();
            }
        });
        if (!taken) {
            active.completeExceptionally(new IllegalStateException("the broker is closed"));
        }
        return new Made(registration, active);
    }

    @Override
    public void close() {
        for (Registration each : open) {
            each.close();
        }
    }

    private final class InForce implements Registration {
        private final LoopAssembly at;
        private final Routes tenantRoutes;
        private final HandlerSubscriber subscriber;
        private final FilterSubscription subscription;

        InForce(LoopAssembly at, Routes tenantRoutes, HandlerSubscriber subscriber, FilterSubscription subscription) {
            this.at = at;
            this.tenantRoutes = tenantRoutes;
            this.subscriber = subscriber;
            this.subscription = subscription;
        }

        @Override
        public void close() {
            if (open.remove(this)) {
                subscriber.close();
                at.loop().execute(() -> {
                    int gone = tenantRoutes.tree().remove(subscription);
                    at.loop().credit().release((long) gone * SubscriptionTree.NODE_BYTES);
                    SharedGroup group = subscription.group();
                    if (group != null) {
                        group.memberLeft();
                    }
                    at.sessions().compactLater(tenantRoutes);
                });
            }
        }
    }

    /** Feeds retained messages to a new subscription, as fast as its handler takes them. Runs on the loop. */
    private record RetainedFeed(
            LoopAssembly at, HandlerSubscriber subscriber, FilterSubscription subscription, RetainedCursor cursor) {
        void feed() {
            feedFrom(null);
        }

        /** @param held the message to deliver first: the handler had no room for it, or the turn was over; or null */
        private void feedFrom(@Nullable StoredMessage held) {
            StoredMessage message = held;
            for (int looks = 0; subscriber.isOnline(); looks++) {
                StoredMessage next = message != null ? message : cursor.next(RETAINED_STEPS);
                if (looks == RETAINED_PER_TURN) {
                    at.loop().executeNextTurn(() -> feedFrom(next));
                    return;
                }
                if (next != null && !gives(next)) {
                    at.loop().afterPause(RETAINED_PAUSE_NANOS, () -> feedFrom(next));
                    return;
                }
                if (next == null && cursor.isOver()) {
                    return;
                }
                message = null;
            }
        }

        private boolean gives(StoredMessage message) {
            RoutedMessage transit = at.inProcess();
            transit.beginForeign(message);
            return message.isExpired(at.loop().expiryMillis()) || subscriber.deliverRetained(transit, subscription);
        }
    }
}
