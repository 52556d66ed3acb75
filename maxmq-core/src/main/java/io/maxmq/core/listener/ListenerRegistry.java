package io.maxmq.core.listener;

import io.maxmq.config.Listener;
import io.maxmq.config.ProxiedListener;
import io.maxmq.config.TcpListener;
import io.maxmq.config.Tls;
import io.maxmq.config.TlsListener;
import io.maxmq.config.UnixListener;
import io.maxmq.config.WebSocketListener;
import io.maxmq.core.connection.Connections;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.loop.WorkerTimers;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.tls.TlsMaterial;
import io.maxmq.core.transport.Endpoint;
import io.maxmq.core.transport.ProxyLayer;
import io.maxmq.core.transport.SocketAcceptor;
import io.maxmq.core.transport.SocketLayer;
import io.maxmq.core.transport.TlsLayer;
import io.maxmq.core.transport.WebSocketLayer;
import io.maxmq.spi.Clock;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.SecretFile;
import io.maxmq.spi.Timers;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The listeners of a broker: opened at its start, and added, removed and paused while it runs. Thread-safe; stages complete on
 * the event loop of the listener.
 */
public final class ListenerRegistry {
    private final List<LoopAssembly> loops;
    private final SocketAcceptor.Shared shared;
    private final Connections connections;
    private final Events events;
    private final Metrics metrics;
    private final Clock clock;
    private final WorkerPool workers;
    private final Logger log;

    /** By name, in the order added; guarded by this. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private int next;
    private boolean closed;

    /** A listener, the address that it got, and how it is. */
    public record BoundListener(String name, String kind, SocketAddress address, boolean paused, int connections) {}

    /** A name is taken as soon as its listener begins to open; until then it has no address. */
    private static final class Entry {
        private final Endpoint settings;
        private final SocketAcceptor acceptor;
        private final LoopAssembly at;
        /** Null for a listener without TLS. */
        private final @Nullable TlsLayer tls;

        private final ListenerCertificates certificates;

        private volatile @Nullable SocketAddress address;
        /** Set before the listener opens. */
        private Registration metric = Registration.NONE;
        /** Of its files. Set before it is opened. */
        private volatile Registration watch = Registration.NONE;

        Entry(
                Endpoint settings,
                SocketAcceptor acceptor,
                LoopAssembly at,
                @Nullable TlsLayer tls,
                ListenerCertificates certificates) {
            this.settings = settings;
            this.acceptor = acceptor;
            this.at = at;
            this.tls = tls;
            this.certificates = certificates;
        }
    }

    public ListenerRegistry(
            List<LoopAssembly> loops,
            SocketAcceptor.Shared shared,
            Connections connections,
            Events events,
            Metrics metrics,
            Clock clock,
            WorkerPool workers,
            Logger log) {
        this.loops = loops;
        this.shared = shared;
        this.connections = connections;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
        this.workers = workers;
        this.log = log;
    }

    /** Those that are bound, in the order added. */
    public synchronized List<BoundListener> all() {
        List<BoundListener> bound = new ArrayList<>();
        for (Entry each : entries.values()) {
            SocketAddress address = each.address;
            if (address != null) {
                bound.add(bound(each, address));
            }
        }
        return bound;
    }

    private static BoundListener bound(Entry entry, SocketAddress address) {
        return new BoundListener(
                entry.settings.name(),
                entry.settings.kind(),
                address,
                entry.acceptor.isPaused(),
                entry.acceptor.connections());
    }

    /**
     * Opens a listener.
     *
     * @return completes when it accepts; exceptionally with UncheckedIOException when it cannot be bound, which names it and its
     *     address, or when its files cannot be used, or with IllegalStateException when it needs a library that is not there
     * @throws IllegalArgumentException when there is one of this name, or it has no TLS and clients are told apart by tenant
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<BoundListener> add(Listener listener) {
        connections.tenancy().check(listener);
        Entry entry = reserve(listener);
        Endpoint settings = entry.settings;
        Tls tls = tls(within(listener));
        // Here, on the caller's thread: the sink is the embedder's code.
        entry.metric = metrics.gauge(
                "maxmq.listener.connections",
                "Open connections of a listener",
                Map.of("listener", settings.name()),
                entry.acceptor::connections);
        return prepared(entry, tls)
                .thenCompose(ready -> entry.acceptor.open(workers))
                .handle((address, failure) -> {
                    if (address == null) {
                        forget(entry);
                        RuntimeException why = cannotListen(settings, failure);
                        failed(settings, why);
                        throw why;
                    }
                    return opened(entry, address);
                });
    }

    private static Listener within(Listener listener) {
        return listener instanceof ProxiedListener proxied ? proxied.listener() : listener;
    }

    private static Endpoint endpoint(Listener listener) {
        if (listener instanceof TcpListener tcp) {
            Endpoint.Site site = new Endpoint.Port(tcp.host(), tcp.port());
            return new Endpoint(tcp.name(), "tcp", site, tcp.backlog(), tcp.maxConnections());
        }
        if (listener instanceof TlsListener tls) {
            Endpoint.Site site = new Endpoint.Port(tls.host(), tls.port());
            return new Endpoint(tls.name(), "tls", site, tls.backlog(), tls.maxConnections());
        }
        if (listener instanceof WebSocketListener ws) {
            String webSocket = ws.tls() == null ? "ws" : "wss";
            String plain = ws.tls() == null ? "tcp+" : "tls+";
            String kind = ws.plainToo() ? plain + webSocket : webSocket;
            Endpoint.Site site = new Endpoint.Port(ws.host(), ws.port());
            return new Endpoint(ws.name(), kind, site, ws.backlog(), ws.maxConnections());
        }
        if (listener instanceof UnixListener unix) {
            Endpoint.Site site = new Endpoint.LocalFile(unix.path(), unix.permissions());
            return new Endpoint(unix.name(), "unix", site, unix.backlog(), unix.maxConnections());
        }
        throw new IllegalArgumentException("unknown kind of listener: " + listener);
    }

    private static @Nullable Tls tls(Listener listener) {
        if (listener instanceof TlsListener secure) {
            return secure.tls();
        }
        return listener instanceof WebSocketListener webSocket ? webSocket.tls() : null;
    }

    /** Has the files read where that may take its time. */
    private CompletionStage<Void> prepared(Entry entry, @Nullable Tls tls) {
        TlsLayer layer = entry.tls;
        if (layer == null || tls == null) {
            return done();
        }
        return onWorker(() -> {
            Runnable onChange = () -> {
                var unused = reload(entry, layer);
            };
            FileWatch files = new FileWatch(tls.files(), onChange);
            entry.certificates.inForce(load(layer));
            warnOfExposedKeys(tls);
            Timers timers = new WorkerTimers(entry.at.loop(), workers, this::timerFailed);
            Registration changes = tls.watchesFiles() ? files.start(timers) : Registration.NONE;
            Registration ends = timers.every(ListenerCertificates.PERIOD, entry.certificates::warnOfEnds);
            entry.watch = () -> {
                changes.close();
                ends.close();
            };
        });
    }

    /** A busy worker pool only delays the next poll. */
    private void timerFailed(Runnable task, Failure failure, @Nullable Throwable cause) {
        if (failure != Failure.REJECTED) {
            log.error("cannot watch the TLS files of a listener", cause);
        }
    }

    /** Each file once, however many keys it holds. */
    private void warnOfExposedKeys(Tls tls) {
        for (Path file : new LinkedHashSet<>(tls.keyFiles())) {
            String exposure = SecretFile.exposure(file);
            if (exposure != null) {
                log.warn("{}", exposure);
            }
        }
    }

    /** Fails, rather than to throw, when the workers have too much to do. */
    private CompletionStage<Void> onWorker(Runnable task) {
        try {
            return CompletableFuture.runAsync(task, workers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static TlsMaterial load(TlsLayer layer) {
        try {
            return layer.load();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the files of a listener again.
     *
     * @return completes on a worker when what they hold is in force, exceptionally with UncheckedIOException when it cannot be used;
     *     then all stays as it was
     * @throws NoSuchElementException when there is none of this name
     * @throws IllegalArgumentException when it has no TLS
     */
    public CompletionStage<Void> reloadTls(String name) {
        Entry entry;
        synchronized (this) {
            entry = bound(name);
        }
        TlsLayer layer = entry.tls;
        if (layer == null) {
            throw new IllegalArgumentException("the listener has no TLS: name=" + name);
        }
        return onWorker(() -> {
            UncheckedIOException failure = reload(entry, layer);
            if (failure != null) {
                throw failure;
            }
        });
    }

    /** The bound listeners with TLS, in their order. */
    public synchronized List<String> namesWithTls() {
        return entries.values().stream()
                .filter(each -> each.tls != null)
                .map(each -> each.settings.name())
                .toList();
    }

    /** What went wrong, if anything did. */
    private @Nullable UncheckedIOException reload(Entry entry, TlsLayer layer) {
        String name = entry.settings.name();
        TlsMaterial read;
        try {
            read = layer.load();
        } catch (IOException e) {
            String detail = String.valueOf(e.getMessage());
            log.warn("listener {} goes on with the key and certificates that it has: {}", name, detail);
            if (events.wants(BrokerEvent.TlsReloadFailed.class)) {
                events.emit(new BrokerEvent.TlsReloadFailed(clock.epochMillis(), name, detail));
            }
            return new UncheckedIOException("cannot reload TLS (listener " + name + "): " + detail, e);
        }
        log.info("listener {} has read its key and certificates again", name);
        entry.certificates.inForce(read);
        if (!read.revocations().isEmpty()) {
            var unused = done().thenCompose(begin -> endRevoked(entry));
        }
        if (events.wants(BrokerEvent.TlsReloaded.class)) {
            events.emit(new BrokerEvent.TlsReloaded(clock.epochMillis(), name));
        }
        return null;
    }

    private synchronized Entry reserve(Listener listener) {
        Endpoint settings = endpoint(within(listener));
        Tls tls = tls(within(listener));
        WebSocketListener webSocket = within(listener) instanceof WebSocketListener ws ? ws : null;
        if (closed) {
            throw new IllegalStateException("the broker is closed: listener=" + settings.name());
        }
        if (entries.containsKey(settings.name())) {
            throw new IllegalArgumentException(
                    "listeners must have different names, set one with withName: name=" + settings.name());
        }
        LoopAssembly at = loops.get(next++ % loops.size());
        TlsLayer layer = tls == null ? null : new TlsLayer(tls);
        SocketLayer carrier = layer == null ? SocketLayer.NONE : layer;
        SocketLayer all =
                webSocket == null ? carrier : new WebSocketLayer(webSocket.webSocket(), webSocket.plainToo(), carrier);
        if (listener instanceof ProxiedListener proxied) {
            all = new ProxyLayer(proxied.proxies(), all);
        }
        SocketAcceptor acceptor = new SocketAcceptor(settings, all, at.loop(), shared);
        Entry entry = new Entry(
                settings, acceptor, at, layer, new ListenerCertificates(settings.name(), connections, clock, log));
        entries.put(settings.name(), entry);
        return entry;
    }

    private void forget(Entry entry) {
        entry.metric.close();
        entry.watch.close();
        entry.certificates.forget();
        synchronized (this) {
            entries.remove(entry.settings.name(), entry);
        }
    }

    private BoundListener opened(Entry entry, SocketAddress address) {
        boolean wanted;
        synchronized (this) {
            wanted = !closed && entries.get(entry.settings.name()) == entry;
            if (wanted) {
                entry.address = address;
            }
        }
        if (!wanted) {
            var unused = entry.acceptor.closeLater(workers);
            throw new IllegalStateException("closed while it opened: listener=" + entry.settings.name());
        }
        if (events.wants(BrokerEvent.ListenerOpened.class)) {
            events.emit(new BrokerEvent.ListenerOpened(clock.epochMillis(), entry.settings.name(), address));
        }
        return bound(entry, address);
    }

    private void failed(Endpoint settings, RuntimeException why) {
        if (events.wants(BrokerEvent.ListenerFailed.class)) {
            Throwable cause = why instanceof UncheckedIOException && why.getCause() != null ? why.getCause() : why;
            events.emit(new BrokerEvent.ListenerFailed(
                    clock.epochMillis(), settings.name(), String.valueOf(cause.getMessage())));
        }
    }

    private static RuntimeException cannotListen(Endpoint settings, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof IllegalStateException missing) {
            return missing;
        }
        if (cause instanceof UncheckedIOException unusable) {
            cause = unusable.getCause();
        }
        String why = cause instanceof UnresolvedAddressException
                ? "no such host"
                : cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
        return new UncheckedIOException(new IOException(
                "cannot listen on " + settings.site() + " (listener " + settings.name() + "): " + why, cause));
    }

    /**
     * Closes a listener. Its name and its port are free when the stage completes.
     *
     * @param closeConnections whether its connections go with it; else they stay until they end by themselves
     * @throws NoSuchElementException when there is none of this name
     */
    public CompletionStage<Void> remove(String name, boolean closeConnections) {
        Entry entry;
        synchronized (this) {
            entry = bound(name);
            // Another remove finds none, and its port is not free before it is closed.
            entry.address = null;
        }
        return entry.acceptor
                .closeLater(workers)
                // Twice: the first time one may be on its way from the one loop to the other.
                .thenCompose(closed -> closeConnections ? endConnections(entry) : done())
                .thenCompose(ended -> closeConnections ? endConnections(entry) : done())
                .whenComplete((ended, failure) -> {
                    // Also when it failed: nobody could do anything with it any more.
                    forget(entry);
                    closed(entry);
                });
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** The accepting loop first: from there connections go to the loops of their sessions, never back. */
    private CompletableFuture<Void> endConnections(Entry entry) {
        return onEachLoop(entry, loop -> {
            connections.endOf(entry.settings.name(), loop);
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Twice, and the accepting loop first, for the same reasons. */
    private CompletableFuture<Void> endRevoked(Entry entry) {
        Function<Loop, CompletableFuture<Void>> task = loop -> connections.endRevoked(entry.settings.name(), loop);
        return onEachLoop(entry, task).thenCompose(once -> onEachLoop(entry, task));
    }

    private CompletableFuture<Void> onEachLoop(Entry entry, Function<Loop, CompletableFuture<Void>> task) {
        CompletableFuture<Void> all = onLoop(entry.at.loop(), task);
        for (LoopAssembly each : loops) {
            if (each != entry.at) {
                all = all.thenCompose(done -> onLoop(each.loop(), task));
            }
        }
        return all;
    }

    private static CompletableFuture<Void> onLoop(Loop loop, Function<Loop, CompletableFuture<Void>> task) {
        return CompletableFuture.supplyAsync(() -> task.apply(loop), loop::execute)
                .thenCompose(Function.identity())
                .exceptionally(failure -> {
                    loop.reportFailure(failure);
                    return null;
                });
    }

    private void closed(Entry entry) {
        if (events.wants(BrokerEvent.ListenerClosed.class)) {
            events.emit(new BrokerEvent.ListenerClosed(clock.epochMillis(), entry.settings.name()));
        }
    }

    /** @throws NoSuchElementException when there is none of this name */
    public synchronized CompletionStage<Void> pause(String name) {
        Entry entry = bound(name);
        return entry.acceptor.pause().thenAccept(changed -> {
            if (changed && events.wants(BrokerEvent.ListenerPaused.class)) {
                events.emit(new BrokerEvent.ListenerPaused(clock.epochMillis(), name));
            }
        });
    }

    /** @throws NoSuchElementException when there is none of this name */
    public synchronized CompletionStage<Void> resume(String name) {
        Entry entry = bound(name);
        return entry.acceptor.resume().thenAccept(changed -> {
            if (changed && events.wants(BrokerEvent.ListenerResumed.class)) {
                events.emit(new BrokerEvent.ListenerResumed(clock.epochMillis(), name));
            }
        });
    }

    /** Under the lock. */
    private Entry bound(String name) {
        Entry entry = entries.get(name);
        if (entry == null || entry.address == null) {
            throw new NoSuchElementException("no listener of this name: name=" + name + ", listeners="
                    + all().stream().map(BoundListener::name).toList());
        }
        return entry;
    }

    /**
     * Closes all, and opens none any more. Waits until the ports are free.
     *
     * @param onFailure told what cannot be closed; the others are all the same
     */
    public void close(BiConsumer<String, Throwable> onFailure) {
        List<Entry> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(entries.values());
            entries.clear();
        }
        for (Entry each : open) {
            each.watch.close();
            try {
                each.acceptor.close();
            } catch (RuntimeException e) {
                onFailure.accept(each.settings.name(), e);
            }
            if (each.address != null) {
                closed(each);
            }
        }
    }
}
