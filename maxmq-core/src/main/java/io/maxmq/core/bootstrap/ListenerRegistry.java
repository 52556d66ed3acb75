package io.maxmq.core.bootstrap;

import io.maxmq.config.Listener;
import io.maxmq.config.TcpListener;
import io.maxmq.core.connection.Connections;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.transport.TcpAcceptor;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of a broker: opened at its start, and added, removed and paused while it runs. Thread-safe; stages complete on
 * the event loop of the listener.
 */
public final class ListenerRegistry {
    private final List<LoopAssembly> loops;
    private final TcpAcceptor.Shared shared;
    private final Connections connections;
    private final Events events;
    private final Metrics metrics;
    private final Clock clock;

    /** By name, in the order added; guarded by this. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private int next;
    private boolean closed;

    /** A listener, the address that it got, and how it is. */
    public record BoundListener(String name, InetSocketAddress address, boolean paused, int connections) {}

    /** A name is taken as soon as its listener begins to open; until then it has no address. */
    private static final class Entry {
        private final TcpListener settings;
        private final TcpAcceptor acceptor;
        private final LoopAssembly at;
        private volatile @Nullable InetSocketAddress address;
        /** Set before the listener opens. */
        private Registration metric = Registration.NONE;

        Entry(TcpListener settings, TcpAcceptor acceptor, LoopAssembly at) {
            this.settings = settings;
            this.acceptor = acceptor;
            this.at = at;
        }
    }

    ListenerRegistry(
            List<LoopAssembly> loops,
            TcpAcceptor.Shared shared,
            Connections connections,
            Events events,
            Metrics metrics,
            Clock clock) {
        this.loops = loops;
        this.shared = shared;
        this.connections = connections;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Those that are bound, in the order added. */
    public synchronized List<BoundListener> all() {
        List<BoundListener> bound = new ArrayList<>();
        for (Entry each : entries.values()) {
            InetSocketAddress address = each.address;
            if (address != null) {
                bound.add(bound(each, address));
            }
        }
        return bound;
    }

    private static BoundListener bound(Entry entry, InetSocketAddress address) {
        return new BoundListener(
                entry.settings.name(), address, entry.acceptor.isPaused(), entry.acceptor.connections());
    }

    /**
     * Opens a listener.
     *
     * @return completes when it accepts; exceptionally with UncheckedIOException when it cannot be bound, which names it and its
     *     address
     * @throws IllegalArgumentException when there is one of this name
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<BoundListener> add(Listener listener) {
        if (!(listener instanceof TcpListener tcp)) {
            throw new IllegalArgumentException("unknown kind of listener: " + listener);
        }
        Entry entry = reserve(tcp);
        // Here, on the caller's thread: the sink is the embedder's code.
        entry.metric = metrics.gauge(
                "maxmq.listener.connections",
                "Open connections of a listener",
                Map.of("listener", tcp.name()),
                entry.acceptor::connections);
        return entry.acceptor.open().handle((address, failure) -> {
            if (address == null) {
                forget(entry);
                UncheckedIOException why = cannotListen(tcp, failure);
                failed(tcp, why);
                throw why;
            }
            return opened(entry, address);
        });
    }

    private synchronized Entry reserve(TcpListener tcp) {
        if (closed) {
            throw new IllegalStateException("the broker is closed: listener=" + tcp.name());
        }
        if (entries.containsKey(tcp.name())) {
            throw new IllegalArgumentException(
                    "listeners must have different names, set one with withName: name=" + tcp.name());
        }
        LoopAssembly at = loops.get(next++ % loops.size());
        Entry entry = new Entry(tcp, new TcpAcceptor(tcp, at.loop(), shared), at);
        entries.put(tcp.name(), entry);
        return entry;
    }

    private void forget(Entry entry) {
        entry.metric.close();
        synchronized (this) {
            entries.remove(entry.settings.name(), entry);
        }
    }

    private BoundListener opened(Entry entry, InetSocketAddress address) {
        boolean wanted;
        synchronized (this) {
            wanted = !closed && entries.get(entry.settings.name()) == entry;
            if (wanted) {
                entry.address = address;
            }
        }
        if (!wanted) {
            var unused = entry.acceptor.closeLater();
            throw new IllegalStateException("closed while it opened: listener=" + entry.settings.name());
        }
        if (events.wants(BrokerEvent.ListenerOpened.class)) {
            events.emit(new BrokerEvent.ListenerOpened(clock.epochMillis(), entry.settings.name(), address));
        }
        return bound(entry, address);
    }

    private void failed(TcpListener tcp, UncheckedIOException why) {
        if (events.wants(BrokerEvent.ListenerFailed.class)) {
            IOException cause = why.getCause();
            String text = cause == null ? "" : String.valueOf(cause.getMessage());
            events.emit(new BrokerEvent.ListenerFailed(clock.epochMillis(), tcp.name(), text));
        }
    }

    private static UncheckedIOException cannotListen(TcpListener tcp, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String why = cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
        return new UncheckedIOException(new IOException(
                "cannot listen on " + tcp.host() + ":" + tcp.port() + " (listener " + tcp.name() + "): " + why, cause));
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
                .closeLater()
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
        CompletableFuture<Void> all = endConnections(entry, entry.at);
        for (LoopAssembly each : loops) {
            if (each != entry.at) {
                all = all.thenCompose(done -> endConnections(entry, each));
            }
        }
        return all;
    }

    private CompletableFuture<Void> endConnections(Entry entry, LoopAssembly at) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        at.loop().execute(() -> {
            try {
                connections.endOf(entry.settings.name(), at.loop());
            } finally {
                ended.complete(null);
            }
        });
        return ended;
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
    void close(BiConsumer<String, Throwable> onFailure) {
        List<Entry> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(entries.values());
            entries.clear();
        }
        for (Entry each : open) {
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
