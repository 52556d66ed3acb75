package io.maxmq.core.inprocess;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.Access;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.limit.BudgetAccount;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.SerialExecutor;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SessionSetup;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.ClientLimits;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions of the application that have a session: those with acknowledgements, with demand, and durable ones. Thread-safe.
 */
public final class SessionSubscriptions implements AutoCloseable {
    /** Tasks of a subscription that an executor may have: its beginning, a turn, the turn after it, its end. */
    private static final int TASKS = 4;

    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final WorkerPool workers;
    private final MemoryBudget budget;
    private final Access access;
    private final PendingQueries answers;
    private final PluginFailures failures;
    private final AtomicLong next = new AtomicLong();
    private final Set<InProcessClient> open = ConcurrentHashMap.newKeySet();

    /** Written before {@link #open} is looked through, read after something is put there. */
    private volatile boolean closed;

    /**
     * A request of the application.
     *
     *
     * @param durableName null for a session that ends with the subscription
     *
     * @param window messages of QoS 1 and 2 that the receiver may have unacknowledged
     *
     * @param queue messages that may wait for the receiver
     */
    public record Request(
            Tenant tenant,
            TopicFilter filter,
            int maxQos,
            @Nullable String durableName,
            int window,
            int queue,
            boolean inline,
            RetainHandling retainHandling) {}

    public SessionSubscriptions(
            List<LoopAssembly> loops,
            TenantRoutes routes,
            WorkerPool workers,
            MemoryBudget budget,
            Access access,
            PendingQueries answers,
            PluginFailures failures) {
        this.failures = failures;
        this.loops = loops;
        this.routes = routes;
        this.workers = workers;
        this.budget = budget;
        this.access = access;
        this.answers = answers;
    }

    /** Subscribes a handler, which acknowledges each message by running what it gets with it. */
    public Subscribers.Made subscribe(Request request, BiConsumer<Message, Runnable> handler) {
        String name = request.durableName() == null ? request.filter().toString() : request.durableName();
        InProcessClient client =
                client(request, new HandlerReceiver(name, handler, failures), request.inline() ? null : executor());
        client.request(Long.MAX_VALUE);
        return new Subscribers.Made(registration(client), connect(client, request));
    }

    /** The same as a reactive stream. */
    public Flow.Publisher<Message> publisher(Request request) {
        return new MessagePublisher(this, request, failures);
    }

    /** An executor for one subscription's receiver. */
    SerialExecutor executor() {
        return workers.serial(TASKS);
    }

    /** A client that has yet to {@link #connect}. */
    InProcessClient client(Request request, InProcessClient.Receiver receiver, @Nullable SerialExecutor executor) {
        String name = request.durableName();
        SessionKey key = new SessionKey(
                request.tenant(),
                InProcessNames.PREFIX + (name == null ? InProcessNames.UNNAMED + next.getAndIncrement() : name));
        return new InProcessClient(
                LoopAssembly.of(loops, key),
                key,
                request.queue(),
                receiver,
                executor,
                new BudgetAccount(budget),
                open::remove);
    }

    /** Subscribes; messages published after the stage has completed reach the receiver. */
    CompletionStage<Void> connect(InProcessClient client, Request request) {
        LoopAssembly at = LoopAssembly.of(loops, client.key());
        Routes tenantRoutes = routes.of(request.tenant());
        open.add(client);
        if (closed) {
            open.remove(client);
            throw new IllegalStateException("the broker is closed");
        }
        if (!client.isOpen()) {
            open.remove(client); // cancelled meanwhile
        }
        return answers.askAnyway((CompletableFuture<Void> active) -> at.loop().execute(() -> {
            boolean durable = request.durableName() != null;
            at.sessions().prepare(client.key(), !durable, failure -> {
                if (failure == null) {
                    attach(at, tenantRoutes, client, request, active);
                } else {
                    fail(client, active, failure);
                }
            });
        }));
    }

    private void attach(
            LoopAssembly at,
            Routes tenantRoutes,
            InProcessClient client,
            Request request,
            CompletableFuture<Void> active) {
        try {
            if (client.isOpen()) {
                Attached attached = attach(at, tenantRoutes, client, request);
                Session session = attached.session();
                if (!session.isWritten()) {
                    session.afterWritten(failure -> {
                        if (failure == null) {
                            begin(attached, request);
                            active.complete(null);
                        } else {
                            session.leaveUnwritten(client);
                            fail(client, active, failure);
                        }
                    });
                    return;
                }
                begin(attached, request);
            }
            active.complete(null);
        } catch (RuntimeException e) {
            fail(client, active, e);
        }
    }

    private static void fail(InProcessClient client, CompletableFuture<Void> active, Throwable why) {
        active.completeExceptionally(why);
        client.end(why);
    }

    private record Attached(Session session, boolean isNew) {}

    /** Messages come from now on. */
    private static void begin(Attached attached, Request request) {
        attached.session().resume();
        RetainHandling handling = request.retainHandling();
        if (request.filter().share() == null
                && (handling == RetainHandling.SEND_AT_SUBSCRIBE
                        || (handling == RetainHandling.SEND_IF_NEW && attached.isNew()))) {
            attached.session().subscribing().sendRetained(request.filter());
        }
    }

    private Attached attach(LoopAssembly at, Routes tenantRoutes, InProcessClient client, Request request) {
        boolean durable = request.durableName() != null;
        ClientInfo info = ClientInfo.builder(
                        client.key().clientId(),
                        ProtocolVersion.MQTT_5,
                        InProcessAddress.INSTANCE,
                        InProcessNames.LISTENER)
                .tenant(request.tenant())
                .cleanStart(!durable)
                .sessionExpirySeconds(durable ? Session.NEVER : 0)
                .connectedAtEpochMillis(at.loop().epochMillis())
                .build();
        SessionSetup setup = new SessionSetup(
                info,
                access.openUnrestricted(info, at.caller()),
                info.sessionExpirySeconds(),
                request.window(),
                null,
                ClientLimits.none(),
                false);
        LoopSessions.Connected connected = at.sessions().connect(client.key(), tenantRoutes, setup, client);
        if (!(connected instanceof LoopSessions.Connected.Attached attached)) {
            throw new IllegalStateException("cannot subscribe: topicFilter=" + request.filter() + ", " + connected);
        }
        Session session = attached.session();
        client.attached(session);
        SubscriptionChanges.Outcome outcome = session.subscribing()
                .subscribe(request.filter(), new SubscriptionChanges.Options(request.maxQos(), false, true, true, 0));
        if (outcome == SubscriptionChanges.Outcome.QUOTA_EXCEEDED) {
            throw new IllegalStateException("no memory for the subscription: topicFilter=" + request.filter());
        }
        for (FilterSubscription each : session.subscriptions()) {
            if (!each.filter().equals(request.filter())) {
                session.subscribing().unsubscribe(each.filter().toString());
            }
        }
        return new Attached(session, outcome == SubscriptionChanges.Outcome.NEW);
    }

    /** Ends one from the application's side. */
    Registration registration(InProcessClient client) {
        return client::close;
    }

    /** Returns the present number of subscriptions; each has a session. */
    public int count() {
        return open.size();
    }

    /** Ends a durable subscription and its session; false for an unknown name. */
    public CompletionStage<Boolean> remove(Tenant tenant, String durableName) {
        SessionKey key = new SessionKey(tenant, InProcessNames.PREFIX + durableName);
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(
                answer -> at.loop().execute(() -> answer.complete(at.sessions().purge(key))));
    }

    /** Ends all, as the broker does. */
    @Override
    public void close() {
        closed = true;
        for (InProcessClient each : open) {
            each.end(null);
        }
    }
}
