package io.maxmq.core.bootstrap;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Listener;
import io.maxmq.config.Overflow;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.AccessSettings;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.core.admin.Administration;
import io.maxmq.core.admin.BanDirectory;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.connection.Connections;
import io.maxmq.core.connection.SessionLoop;
import io.maxmq.core.engine.EveryLoop;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.LoopCaller;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.inprocess.Publisher;
import io.maxmq.core.inprocess.SessionSubscriptions;
import io.maxmq.core.inprocess.Subscribers;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.limit.BanList;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.limit.Overload;
import io.maxmq.core.listener.ListenerRegistry;
import io.maxmq.core.listener.ListenerReports;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.loop.LoopMemory;
import io.maxmq.core.monitor.BrokerMetrics;
import io.maxmq.core.monitor.ExtensionFigures;
import io.maxmq.core.monitor.HealthChecks;
import io.maxmq.core.monitor.LoopWatchdog;
import io.maxmq.core.monitor.MemoryPressure;
import io.maxmq.core.monitor.OverloadWatch;
import io.maxmq.core.monitor.StorageMetrics;
import io.maxmq.core.monitor.StorageSpace;
import io.maxmq.core.monitor.SysTopics;
import io.maxmq.core.monitor.TenantMetrics;
import io.maxmq.core.observe.DropLog;
import io.maxmq.core.observe.EventLog;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.PayloadSweep;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.RoutingFence;
import io.maxmq.core.recovery.KeptMessages;
import io.maxmq.core.recovery.Recovery;
import io.maxmq.core.recovery.StoredClock;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.DelayedCount;
import io.maxmq.core.session.DroppedMessages;
import io.maxmq.core.session.GroupQueues;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.SessionEvents;
import io.maxmq.core.session.SessionQuotas;
import io.maxmq.core.session.SessionStorage;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.core.transport.EventLoops;
import io.maxmq.core.transport.MemoryPipe;
import io.maxmq.core.transport.NetworkPreparation;
import io.maxmq.core.transport.SocketAcceptor;
import io.maxmq.core.transport.SocketMemory;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.Reloaded;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.storage.StorageFigures;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One broker, wired. {@link #start} and {@link #close} are called once each, by {@code io.maxmq.MaxMQ}, on a thread of the
 * embedder; what runs in between is thread-safe.
 *
 * <p>Start order: workers and events, loops, access, extensions, listeners. Close is the reverse: no new connections,
 * goodbye to the open ones, extensions, sessions, loops, workers.
 */
public final class Broker {
    /** The most bytes between two loops before publishers wait; also bounded by a part of the memory budget. */
    private static final long MAX_BYTES_UNDER_WAY = 4 << 20;

    private static final int MIN_WORKERS = 4;

    /** The number of attempts to close each part when the heap is exhausted meanwhile. */
    private static final int CLOSE_ATTEMPTS = 5;

    private final BrokerConfig config;
    private final Plugins plugins;
    private final Loggers loggers;
    private final Logger log;

    private final HeapGuard heapGuard;
    private final WorkerPool workers;
    private final WorkerPool eventWorkers;
    private final Events events;
    private final EventLog eventLog;
    private final Metrics metrics;
    private final MemoryBudget budget;
    private final EventLoops eventLoops;
    private final ByteBufAllocator allocator;
    private final TenantRoutes routes;
    private final Access access;
    private final Interceptors interceptors;
    private final Connections connections;
    private final List<LoopAssembly> loops = new ArrayList<>();
    private final List<SocketMemory> socketMemory = new ArrayList<>();
    private final List<LoopSessions> sessions = new ArrayList<>();
    private final GroupQueues groupQueues = new GroupQueues(sessions);
    private final EveryLoop everyLoop;
    private final ClientShutdown goodbye;
    private final Publisher publisher;
    private final Subscribers subscribers;
    private final SessionSubscriptions sessionSubscriptions;
    private final PendingQueries answers = new PendingQueries();
    private final BanList banList = new BanList();
    private final Overload overload;
    private final BanDirectory bans;
    private final ReloadService reloading;
    private final Administration administration;
    private final ExtensionFigures extensionFigures;
    private final @Nullable Extensions extensions;
    private final LoopWatchdog watchdog;
    private final ListenerRegistry listeners;
    private final HealthChecks health;
    private final AtomicInteger nextPipe = new AtomicInteger();
    private Registration clockRegistration = Registration.NONE;
    private final @Nullable Persistence persistence;
    private final ExpiryClock expiryClock;

    /** Null without a storage. */
    private final @Nullable StoredClock storedClock;

    /** True if the expiry clock goes on from the stored one. */
    private boolean isClockRestored;

    public Broker(BrokerConfig config, Plugins plugins, NetworkPreparation network) {
        this(config, plugins, network, null, loop -> SessionStorage.NONE);
    }

    /**
     * Opens the storage, if there is one, and assembles the broker on it.
     *
     * @throws io.maxmq.spi.storage.StorageException when the storage cannot be opened
     */
    public static Broker create(BrokerConfig config, Plugins plugins, NetworkPreparation network) {
        if (plugins.storage() == null) {
            return new Broker(config, plugins, network);
        }
        Persistence persistence =
                Persistence.open(plugins.storage(), config.recovery().answerTimeout());
        try {
            return new Broker(config, plugins, network, persistence, loop -> storageOf(persistence, loop));
        } catch (Throwable t) {
            persistence.close();
            throw t;
        }
    }

    private static SessionStorage storageOf(Persistence persistence, Loop loop) {
        LoopRecords records = LoopRecords.of(new LoopStore(persistence.store(), loop), persistence.firstSequence());
        return SessionStorage.on(records);
    }

    /**
     * The order suits a first start, while the network classes are being loaded: parts without network come first.
     * @param storage the storage of a loop's sessions
     */
    Broker(
            BrokerConfig config,
            Plugins plugins,
            NetworkPreparation network,
            @Nullable Persistence persistence,
            Function<Loop, SessionStorage> storage) {
        this.config = config;
        this.persistence = persistence;
        this.plugins = plugins;
        this.expiryClock = new ExpiryClock(plugins.clock());
        network.awaitLoggers();
        this.loggers = new Loggers(config.name());
        this.log = loggers.broker();
        this.storedClock = persistence == null
                ? null
                : new StoredClock(
                        persistence,
                        expiryClock,
                        plugins.clock(),
                        config.recovery().maxExpiryCatchUp(),
                        log);
        int workerCount = config.workers() == 0
                ? Math.max(MIN_WORKERS, 2 * Runtime.getRuntime().availableProcessors())
                : config.workers();

        this.heapGuard = new HeapGuard(config.name(), log);
        this.workers = new WorkerPool("worker", workerCount, config.workerQueue(), config.closeTimeout(), loggers);
        // Apart, so that what goes wrong is heard of when it is the workers that do not come back.
        this.eventWorkers =
                new WorkerPool("listener", workerCount, config.workerQueue(), config.closeTimeout(), loggers);
        this.events = new Events(eventWorkers, plugins.clock(), loggers);
        this.eventLog = new EventLog(loggers, System::nanoTime);
        this.metrics = new Metrics(config.name(), plugins.metrics(), loggers);
        PluginCalls calls = new PluginCalls(workers, events.failures());
        this.access = new Access(
                new AccessSettings(
                        plugins.authenticators(),
                        plugins.enhancedAuthenticators(),
                        plugins.authorizers(),
                        config.allowAnonymous(),
                        config.pluginDeadline()),
                calls,
                plugins.clock(),
                events);
        this.interceptors = new Interceptors(plugins.interceptors(), calls, config.pluginDeadline());
        this.budget = MemoryBudget.of(config.memory());
        this.routes = new TenantRoutes(config, network.loops(), budget, groupQueues);
        this.overload = new Overload(config.overload());
        this.connections = new Connections(
                config,
                new Connections.Deciders(access, interceptors, plugins.rateLimiters(), banList, overload),
                new Connections.Tenants(routes, routes::admits),
                events,
                loggers);
        this.eventLoops = new EventLoops(config.name(), config.closeTimeout().toMillis(), network, heapGuard);
        this.allocator = network.allocator();
        assembleLoops(network.loops(), storage);
        this.everyLoop = new EveryLoop(loops, config.closeTimeout(), log);
        this.goodbye =
                new ClientShutdown(everyLoop, connections, groupQueues, config.closeTimeout(), persistence != null);
        this.publisher = new Publisher(config, loops, routes, interceptors, expiryClock);
        this.subscribers = new Subscribers(config, loops, routes, workers, budget, events.failures());
        DropLog dropLog = new DropLog(
                loops.stream().map(each -> each.loop().counters()).toList(), loggers.of("drops"), System.nanoTime());
        Runnable drops = () -> dropLog.look(System.nanoTime());
        StorageSpace storageSpace = new StorageSpace(this::storageFigures, events, plugins.clock(), log);
        this.watchdog = new LoopWatchdog(
                config,
                loops,
                events,
                log,
                List.of(new MemoryPressure(budget, events, plugins.clock()), storageSpace, eventLog::endWindows, drops),
                new OverloadWatch(
                        overload, budget, () -> storageFigures().pendingBytes(), events, plugins.clock(), log));
        this.listeners = new ListenerRegistry(
                loops,
                connections,
                new SocketAcceptor.Shared(
                        eventLoops,
                        socketMemory,
                        allocator,
                        config.connections().outboundLowWatermarkBytes(),
                        config.connections().outboundHighWatermarkBytes(),
                        config.connections().slowConsumerTimeout(),
                        new SocketAcceptor.HandshakeLimits(
                                config.connections().maxTlsHandshakes(),
                                config.connections().connectTimeout()),
                        new ConnectionEntry(connections)),
                workers,
                new ListenerReports(events, metrics, plugins.clock(), log));
        this.health = new HealthChecks(config, watchdog, listeners, budget, workers);
        this.sessionSubscriptions =
                new SessionSubscriptions(loops, routes, workers, budget, access, answers, events.failures());
        this.bans = new BanDirectory(banList, persistence, loops, connections, events, plugins.clock(), answers);
        this.administration = new Administration(
                config, loops, routes, publisher, events, workers, expiryClock, access, health, answers, bans);
        this.reloading = new ReloadService(plugins, listeners, log);
        this.extensionFigures = new ExtensionFigures(events.failures());
        this.extensions = plugins.extensions().isEmpty()
                ? null
                : new Extensions(
                        plugins,
                        new ExtensionServices(
                                config,
                                plugins,
                                loops,
                                routes,
                                publisher,
                                events,
                                workers,
                                budget,
                                metrics,
                                administration,
                                extensionFigures));
    }

    private void assembleLoops(int count, Function<Loop, SessionStorage> storages) {
        // Three quarters for what sockets hold, a sixteenth for what is written and sent within an iteration: as much
        // again may stay when
        // peers do not take it. The rest is the allocator's, whose chunks are not full.
        long networkPerLoop = budget.networkBytes() / count;
        long socketBytes = Math.max(1 << 20, networkPerLoop / 4 * 3);
        long openOutputBytes = Math.max(256 << 10, networkPerLoop / 16);
        MessageIds.Origin origin =
                new MessageIds.Origin(config.datacenter(), config.machine(), process(), new AtomicLong());
        LoopSessions.Settings settings = new LoopSessions.Settings(
                config.sessions(),
                config.sessionsBelongToUsers(),
                config.connections().receiveMaximum(),
                access,
                interceptors,
                new SessionQuotas(config.sessions(), config.tenancy()),
                new DelayedCount(config.delayed()),
                routes);
        boolean rejects = config.sessions().overflow() == Overflow.REJECT_PUBLISHER;
        List<Router> routers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Loop loop = new Loop(
                    i,
                    eventLoops.thread(i),
                    expiryClock,
                    new LoopMemory(
                            new MemoryCredit(budget),
                            new MemoryCredit(new MemoryBudget(socketBytes, 0)),
                            openOutputBytes),
                    heapGuard);
            socketMemory.add(new SocketMemory(loop.networkCredit(), socketBytes, loop.counters()));
            LoopCaller caller = new LoopCaller(loop);
            MessageIds ids = new MessageIds(origin, plugins.clock()::epochMillis);
            SessionStorage storage = storages.apply(loop);
            Router router = new Router(loop, ids, rejects || storage.journal().isDurable());
            if (storage.records() != null) {
                router.beforeHandingOver(storage.records().store()::flushEarlyWrites);
                router.journalRetained(storage.records().retained());
            }
            routers.add(router);
            DroppedMessages drops = new DroppedMessages(loop, events);
            LoopSessions ofLoop = new LoopSessions(
                    loop, caller, router, ids, settings, storage, new SessionEvents(loop, events), drops);
            sessions.add(ofLoop);
            connections.addLoop(new SessionLoop(loop, caller, router, ofLoop, drops), ids, allocator);
            loops.add(new LoopAssembly(loop, caller, ids, router, ofLoop, drops, new RoutedMessage(ids)));
        }
        Router.connect(routers, Math.min(MAX_BYTES_UNDER_WAY, Math.max(64 << 10, budget.capacityBytes() / 16)));
    }

    private StorageFigures storageFigures() {
        try {
            return persistence == null
                    ? StorageFigures.UNKNOWN
                    : persistence.store().figures();
        } catch (Throwable t) { // perhaps the embedder's code; what it does not know must not end the watchdog
            events.failures().report("storage", "figures", Failure.THREW, t);
            return StorageFigures.UNKNOWN;
        }
    }

    /** Part of message ids. */
    private int process() {
        return persistence == null
                ? ThreadLocalRandom.current().nextInt(1 << 22)
                : (int) (persistence.incarnation() & (1 << 22) - 1);
    }

    // ---- start

    /**
     * Starts everything, or nothing: a failure closes what was started.
     *
     *
     * @throws IllegalStateException when no client could connect, or an extension fails
     *
     * @throws IOException when a listener cannot be bound; names it and its address
     */
    public void start() throws IOException {
        try {
            access.start();
            checkCertificates();
            if (!access.allowsEverything()) {
                access.onRulesChanged(this::reviewSubscriptions);
            }
            events.add(eventLog);
            for (var listener : plugins.listeners()) {
                events.add(listener);
            }
            registerMetrics();
            if (plugins.clock() != Clock.system()) {
                clockRegistration = plugins.clock().onAdvance(everyLoop::pollTimers);
            }
            if (persistence != null) {
                recover(persistence);
            }
            bans.replaceConfigured(List.of(), config.bans());
            if (extensions != null) {
                extensions.start();
            }
            for (Listener listener : config.listeners()) {
                open(listener);
            }
            watchdog.start();
            startSysTopics();
        } catch (Throwable t) {
            close();
            throw t;
        }
        health.started();
        emit(new BrokerEvent.BrokerStarted(plugins.clock().epochMillis(), config.name()));
        StartReport.write(
                log,
                config,
                listeners,
                eventLoops.name(),
                new StartReport.Limits(budget.capacityBytes(), loops.size()),
                plugins.storage() == null ? null : plugins.storage().toString());
    }

    private void checkCertificates() {
        if (config.listeners().isEmpty()) {
            return; // listeners are added later, or clients are inside the JVM
        }
        boolean certificates = config.listeners().stream().anyMatch(Listener::asksForClientCertificates);
        for (String authenticator : access.withoutEffect(certificates)) {
            log.warn(
                    "{} has no effect: it decides by client certificates, and no listener asks for them",
                    authenticator);
        }
    }

    private void recover(Persistence from) {
        if (storedClock != null) {
            storedClock.restore();
            isClockRestored = true;
            storedClock.start(loops.get(0).loop());
        }
        BanDirectory.recover(from, banList, plugins.clock().epochMillis(), log);
        KeptMessages kept = new KeptMessages(from, loops, routes, groupQueues, budget, log);
        new Recovery(
                        from,
                        loops,
                        routes,
                        expiryClock.millis(),
                        config.willGraceAfterRestart().toMillis(),
                        log)
                .run(kept, config.tenancy().boundsStoredBytes());
        kept.routeDelayed();
        List<LoopRecords> records = loops.stream()
                .map(each -> each.sessions().records())
                .filter(Objects::nonNull)
                .toList();
        RoutingFence.connect(records);
        new PayloadSweep(from.store(), records, log).start();
    }

    private void startSysTopics() {
        if (!config.sysInterval().isZero()) {
            new SysTopics(
                            config.sysInterval(),
                            loops,
                            routes,
                            sessionSubscriptions,
                            extensionFigures,
                            config.tenancy().isOn(),
                            plugins.clock().nanoTime())
                    .start();
        }
    }

    private void reviewSubscriptions() {
        for (LoopAssembly each : loops) {
            each.loop().execute(() -> connections.reviewSubscriptions(each.loop()));
        }
    }

    private void open(Listener listener) throws IOException {
        try {
            listeners.add(listener).toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException cannotListen) {
                throw cannotListen.getCause();
            }
            if (e.getCause() instanceof IllegalStateException missing) {
                throw missing;
            }
            throw e;
        }
    }

    private void registerMetrics() {
        if (metrics.areKept()) {
            metrics.registerLoops(
                    loops.stream().map(each -> each.loop().counters()).toList());
            metrics.registerEvents(events, plugins.names());
            metrics.registerWorkers(workers, eventWorkers);
            BrokerMetrics.register(metrics, routes, budget, watchdog, overload);
            if (config.tenancy().isOn()) {
                TenantMetrics.register(metrics, routes);
            }
            if (persistence != null) {
                StorageMetrics.register(metrics, persistence.store());
            }
        }
    }

    private void emit(BrokerEvent event) {
        if (events.wants(event.getClass())) {
            events.emit(event);
        }
    }

    /**
     * Registers an action for an exhausted heap on an event loop.
     *
     *
     * @param close called on a thread of the broker's own
     */
    public void onHeapExhausted(Runnable close) {
        heapGuard.onExhaustion(new HeapGuard.End() {
            @Override
            public void failed(Throwable cause) {
                health.failed();
                emit(new BrokerEvent.BrokerFailed(plugins.clock().epochMillis(), config.name(), cause));
            }

            @Override
            public void close() {
                close.run();
            }
        });
    }

    /** Why the broker has ended itself; null when it has not. */
    public @Nullable Throwable failure() {
        return heapGuard.cause();
    }

    // ---- while running

    /** Returns the close timeout. */
    public Duration closeTimeout() {
        return config.closeTimeout();
    }

    public String name() {
        return config.name();
    }

    /** Name of the I/O in use: {@code epoll} or {@code nio}. */
    public String transport() {
        return eventLoops.name();
    }

    public ListenerRegistry listeners() {
        return listeners;
    }

    public Publisher publisher() {
        return publisher;
    }

    /**
     * The filter that the application asks for.
     *
     * @throws IllegalArgumentException when it is not valid (§4.7), or has more levels than the settings allow
     */
    public TopicFilter filterOf(String subscribed) {
        return routes.filterOf(subscribed);
    }

    public SessionSubscriptions sessionSubscriptions() {
        return sessionSubscriptions;
    }

    public Subscribers subscribers() {
        return subscribers;
    }

    /** Adds an observer until the registration is closed. */
    public Registration addListener(BrokerListener listener) {
        return events.add(listener);
    }

    public Administration administration() {
        return administration;
    }

    /** Reads the files of plug-ins and TLS listeners again. Blocks. */
    public List<Reloaded> reload() {
        return reloading.run();
    }

    /** Logs a source that the caller has read again. */
    public void tellReloaded(Reloaded source) {
        reloading.tell(source);
    }

    /** Puts configured bans in the place of others; the storage keeps neither. */
    public void replaceBans(List<Ban> before, List<Ban> now) {
        bans.replaceConfigured(before, now);
    }

    /** A connection without a socket. */
    public MemoryPipe connect() {
        Loop loop = loops.get(Math.floorMod(nextPipe.getAndIncrement(), loops.size()))
                .loop();
        MemoryPipe pipe = new MemoryPipe(
                "in-memory",
                loop,
                config.connections().outboundHighWatermarkBytes(),
                config.connections().slowConsumerTimeout());
        CountDownLatch opened = new CountDownLatch(1);
        loop.execute(() -> {
            ByteSource source = connections.open(pipe, loop);
            pipe.open(source);
            opened.countDown();
        });
        everyLoop.await(opened);
        return pipe;
    }

    // ---- close

    /** Stops everything in reverse order. Waits for each step, within the close timeout. */
    public void close() {
        health.closing();
        quietly(
                "starting to close",
                () -> emit(new BrokerEvent.BrokerStopping(plugins.clock().epochMillis(), config.name())));
        quietly("clock", clockRegistration);
        quietly("watchdog", watchdog);
        quietly(
                "listeners",
                () -> listeners.close(
                        (name, failure) -> log.warn("closing listener {} failed; going on", name, failure)));
        quietly("connections", goodbye::endConnections);
        if (extensions != null) {
            quietly("extensions", extensions);
        }
        quietly("in-process subscriptions", subscribers);
        quietly("in-process sessions", sessionSubscriptions);
        quietly("administration", administration);
        quietly("sessions", goodbye::endSessions);
        quietly("access", access);
        quietly("metrics", metrics);
        quietly("event loops", eventLoops);
        quietly("publisher", publisher);
        quietly("workers", workers);
        if (storedClock != null && isClockRestored) {
            quietly("clock", () -> storedClock.close(config.closeTimeout()));
        }
        if (persistence != null) {
            quietly("storage", persistence);
        }
        quietly(
                "telling of the end",
                () -> emit(new BrokerEvent.BrokerStopped(plugins.clock().epochMillis(), config.name())));
        quietly("event listeners", eventWorkers);
        log.info("stopped");
    }

    private void quietly(String what, AutoCloseable part) {
        for (int attempt = 1; attempt <= CLOSE_ATTEMPTS; attempt++) {
            try {
                part.close();
                return;
            } catch (OutOfMemoryError exhausted) {
                // Parts that are closed already release heap: the next attempt may succeed.
            } catch (Throwable t) {
                log.warn("closing {} failed; going on", what, t);
                return;
            }
        }
    }
}
