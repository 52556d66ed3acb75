package io.maxmq.core.listener;

import io.maxmq.config.Listener;
import io.maxmq.core.connection.Connections;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.loop.WorkerTimers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.transport.Endpoint;
import io.maxmq.core.transport.SocketAcceptor;
import io.maxmq.core.transport.TlsLayer;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of a broker: opened at start; added, removed and paused at run time. Thread-safe; stages complete on
 * the event loop of the listener.
 */
public final class ListenerRegistry {
    private final List<LoopAssembly> loops;
    private final Connections connections;
    private final SocketAcceptor.Shared shared;
    private final WorkerPool workers;
    private final ListenerReports reports;

    /** By name, in order of addition; guarded by this. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private int next;
    private boolean closed;

    /** A listener with its bound address and state. */
    public record BoundListener(String name, String kind, SocketAddress address, boolean paused, int connections) {}

    /** A reserved name. An entry exists from the start of opening; it has no address until the listener is bound. */
    private static final class Entry {
        private final Endpoint settings;
        private final SocketAcceptor acceptor;
        private final Loop loop;
        private final ListenerConnections connections;

        /** Null for a listener without TLS. */
        private final @Nullable ListenerTls tls;

        private volatile @Nullable SocketAddress address;
        /** Set before the listener opens. */
        private Registration metric = Registration.NONE;

        Entry(
                Endpoint settings,
                SocketAcceptor acceptor,
                Loop loop,
                ListenerConnections connections,
                @Nullable ListenerTls tls) {
            this.settings = settings;
            this.acceptor = acceptor;
            this.loop = loop;
            this.connections = connections;
            this.tls = tls;
        }

        String name() {
            return settings.name();
        }
    }

    /** @param reports receives the reports of these listeners */
    public ListenerRegistry(
            List<LoopAssembly> loops,
            Connections connections,
            SocketAcceptor.Shared shared,
            WorkerPool workers,
            ListenerReports reports) {
        this.loops = loops;
        this.connections = connections;
        this.shared = shared;
        this.workers = workers;
        this.reports = reports;
    }

    /** Bound listeners, in order of addition. */
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
     * @return completes when the listener accepts connections; exceptionally with UncheckedIOException if it cannot be
     *     bound (the message has its name and address) or if its files are unusable; with IllegalStateException if a
     *     required library is missing
     * @throws IllegalArgumentException if the name is in use, or if the listener has no TLS although the broker has
     *     tenants
     * @throws IllegalStateException if the broker is closed
     */
    public CompletionStage<BoundListener> add(Listener listener) {
        connections.tenancy().check(listener);
        Entry entry = reserve(ListenerLayers.of(listener));
        Endpoint settings = entry.settings;
        // On the caller's thread, because the sink is code of the embedder.
        entry.metric = reports.gauge(entry.name(), entry.acceptor::connections);
        return prepared(entry)
                .thenCompose(ready -> entry.acceptor.open(workers))
                .handle((address, failure) -> {
                    if (address == null) {
                        forget(entry);
                        RuntimeException why = cannotListen(settings, failure);
                        Throwable cause =
                                why instanceof UncheckedIOException && why.getCause() != null ? why.getCause() : why;
                        reports.failed(entry.name(), String.valueOf(cause.getMessage()));
                        throw why;
                    }
                    return opened(entry, address);
                });
    }

    /** Reads the TLS files on a worker. */
    private CompletionStage<Void> prepared(Entry entry) {
        ListenerTls tls = entry.tls;
        return tls == null
                ? done()
                : onWorker(() -> tls.begin(new WorkerTimers(entry.loop, workers, this::timerFailed)));
    }

    /** Logs a failed poll. A rejected one only delays the next poll. */
    private void timerFailed(Runnable task, Failure failure, @Nullable Throwable cause) {
        if (failure != Failure.REJECTED) {
            reports.log().error("poll of a listener's TLS files failed", cause);
        }
    }

    /**
     * Runs the task on a worker. If the queue of the workers is full, the stage fails instead of an exception being
     * thrown.
     */
    private CompletionStage<Void> onWorker(Runnable task) {
        try {
            return CompletableFuture.runAsync(task, workers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Reloads the files of a listener.
     *
     * @return completes on a worker when the new content is in force; exceptionally with UncheckedIOException if it is
     *     unusable, in which case the present content remains in force
     * @throws NoSuchElementException if there is no listener of this name
     * @throws IllegalArgumentException if the listener has no TLS
     */
    public CompletionStage<Void> reloadTls(String name) {
        Entry entry;
        synchronized (this) {
            entry = bound(name);
        }
        ListenerTls tls = entry.tls;
        if (tls == null) {
            throw new IllegalArgumentException("the listener has no TLS: name=" + name);
        }
        return onWorker(() -> {
            UncheckedIOException failure = tls.reload();
            if (failure != null) {
                throw failure;
            }
        });
    }

    /** Names of the listeners with TLS, in order of addition. */
    public synchronized List<String> namesWithTls() {
        return entries.values().stream()
                .filter(each -> each.tls != null)
                .map(Entry::name)
                .toList();
    }

    private synchronized Entry reserve(ListenerLayers layers) {
        Endpoint settings = layers.endpoint();
        if (closed) {
            throw new IllegalStateException("the broker is closed: listener=" + settings.name());
        }
        if (entries.containsKey(settings.name())) {
            throw new IllegalArgumentException(
                    "listeners must have different names, set one with withName: name=" + settings.name());
        }
        Loop loop = loops.get(next++ % loops.size()).loop();
        SocketAcceptor acceptor = new SocketAcceptor(settings, layers.all(), loop, shared);
        ListenerConnections accepted = new ListenerConnections(settings.name(), loop, loops, connections);
        TlsLayer secured = layers.tls();
        ListenerTls tls = secured == null ? null : new ListenerTls(secured, accepted, reports);
        Entry entry = new Entry(settings, acceptor, loop, accepted, tls);
        entries.put(settings.name(), entry);
        return entry;
    }

    private void forget(Entry entry) {
        entry.metric.close();
        if (entry.tls != null) {
            entry.tls.forget();
        }
        synchronized (this) {
            entries.remove(entry.name(), entry);
        }
    }

    private BoundListener opened(Entry entry, SocketAddress address) {
        boolean wanted;
        synchronized (this) {
            wanted = !closed && entries.get(entry.name()) == entry;
            if (wanted) {
                entry.address = address;
            }
        }
        if (!wanted) {
            var unused = entry.acceptor.closeLater(workers);
            throw new IllegalStateException("listener was closed while opening: listener=" + entry.name());
        }
        reports.opened(entry.name(), address);
        return bound(entry, address);
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
     * Closes a listener. Its name and port are free when the stage completes.
     *
     * @param closeConnections true to close its connections as well; otherwise they stay open
     * @throws NoSuchElementException if there is no listener of this name
     */
    public CompletionStage<Void> remove(String name, boolean closeConnections) {
        Entry entry;
        synchronized (this) {
            entry = bound(name);
            // A concurrent remove must fail; the entry keeps the name reserved until the port is closed.
            entry.address = null;
        }
        return entry.acceptor
                .closeLater(workers)
                .thenCompose(closed -> closeConnections ? entry.connections.end() : done())
                .whenComplete((ended, failure) -> {
                    // Also after a failure: the listener is unusable.
                    forget(entry);
                    reports.closed(entry.name());
                });
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** @throws NoSuchElementException if there is no listener of this name */
    public synchronized CompletionStage<Void> pause(String name) {
        Entry entry = bound(name);
        return entry.acceptor.pause().thenAccept(changed -> {
            if (changed) {
                reports.paused(name);
            }
        });
    }

    /** @throws NoSuchElementException if there is no listener of this name */
    public synchronized CompletionStage<Void> resume(String name) {
        Entry entry = bound(name);
        return entry.acceptor.resume().thenAccept(changed -> {
            if (changed) {
                reports.resumed(name);
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
     * Closes all listeners and refuses new ones. Waits until the ports are free.
     *
     * @param onFailure called for each listener that cannot be closed; the others are closed nevertheless
     */
    public void close(BiConsumer<String, Throwable> onFailure) {
        List<Entry> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(entries.values());
            entries.clear();
        }
        for (Entry each : open) {
            if (each.tls != null) {
                each.tls.close();
            }
            try {
                each.acceptor.close();
            } catch (RuntimeException e) {
                onFailure.accept(each.name(), e);
            }
            if (each.address != null) {
                reports.closed(each.name());
            }
        }
    }
}
