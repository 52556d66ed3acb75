package io.maxmq;

import io.maxmq.config.Listener;
import io.maxmq.core.listener.ListenerRegistry;
import io.maxmq.core.listener.ListenerRegistry.BoundListener;
import io.maxmq.spi.Stable;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionStage;

/**
 * The listeners of a running broker. Thread-safe. Methods that change listeners do not block; their stages complete on
 * an event loop, where dependent actions must not block or wait for another stage.
 *
 * @since 0.1.0
 */
@Stable
public final class Listeners {
    private final ListenerRegistry registry;

    Listeners(ListenerRegistry registry) {
        this.registry = registry;
    }

    /**
     * State of one listener at the time of the query. Immutable.
     *
     * @param name as configured
     * @param kind {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code tcp+ws}, {@code tls+wss} or {@code unix}
     * @param address the bound address: with port 0 the port that the operating system chose; for a local socket a
     *     {@link java.net.UnixDomainSocketAddress} with its path
     * @param paused whether the listener accepts no connections at present
     * @param connections number of its open connections
     * @since 0.1.0
     */
    @Stable
    public record Bound(String name, String kind, SocketAddress address, boolean paused, int connections) {
        /**
         * Returns the bound port, 1..65535.
         *
         * @throws IllegalStateException for a local socket
         */
        public int port() {
            return inet().getPort();
        }

        /**
         * Returns a host that clients on this machine can connect to: the bound address, or loopback when all addresses
         * are bound. Without brackets.
         *
         * @throws IllegalStateException for a local socket
         */
        public String host() {
            return inet().getAddress().isAnyLocalAddress() ? "127.0.0.1" : inet().getHostString();
        }

        private InetSocketAddress inet() {
            if (address instanceof InetSocketAddress inet) {
                return inet;
            }
            throw new IllegalStateException("a local socket has neither host nor port: listener=" + name);
        }
    }

    /**
     * Effect of a listener's removal on its connections.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Removal {
        /** Connections stay open and end like any other. */
        KEEP_CONNECTIONS,
        /**
         * Connections are closed: MQTT 5.0 clients get DISCONNECT 0x98 (Administrative action). Their sessions last
         * until they expire, and their wills are published (MQTT 5.0 §3.1.2.5).
         */
        CLOSE_CONNECTIONS
    }

    private static Bound bound(BoundListener each) {
        return new Bound(each.name(), each.kind(), each.address(), each.paused(), each.connections());
    }

    /** Returns all listeners: those of the builder in its order, then added ones in the order of their addition. */
    public List<Bound> all() {
        return registry.all().stream().map(Listeners::bound).toList();
    }

    /**
     * Returns the first listener of plain TCP.
     *
     * @throws NoSuchElementException when there is no such listener
     */
    public Bound tcp() {
        return all().stream()
                .filter(each -> each.kind().startsWith("tcp"))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(
                        "the broker has no TCP listener; add .listener(Listener.tcp(port))"));
    }

    /**
     * Returns the listener with this name.
     *
     * @throws NoSuchElementException when there is no such listener
     */
    public Bound named(String name) {
        List<Bound> all = all();
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no listener of this name: name=" + name + ", listeners="
                        + all.stream().map(Bound::name).toList()));
    }

    /**
     * Opens another listener. The event is {@code ListenerOpened}.
     *
     * @return completes when clients can connect; exceptionally with {@link UncheckedIOException} when the listener
     *     cannot be bound, with a message that names the listener and its address or the unusable file; then its name
     *     is free again
     * @throws IllegalArgumentException when the name is in use; choose another by {@link Listener#withName}
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<Bound> add(Listener listener) {
        return registry.add(listener).thenApply(Listeners::bound);
    }

    /** Closes a listener and keeps its connections, like {@link #remove(String, Removal)}. */
    public CompletionStage<Void> remove(String name) {
        return remove(name, Removal.KEEP_CONNECTIONS);
    }

    /**
     * Closes a listener, and keeps or closes its connections. The event is {@code ListenerClosed}.
     *
     * @return completes when its port and name are free, and its clients have been notified if their connections are to
     *     close
     * @throws NoSuchElementException when there is no such listener
     */
    public CompletionStage<Void> remove(String name, Removal connections) {
        return registry.remove(name, connections == Removal.CLOSE_CONNECTIONS);
    }

    /**
     * Stops accepting connections until {@link #resume}; the port stays bound and open connections stay. The operating
     * system still completes new connections, up to the backlog; they wait and are accepted after the pause unless the
     * client gives up. No effect on a paused listener. The event is {@code ListenerPaused}.
     *
     * @return completes when the listener accepts no more connections
     * @throws NoSuchElementException when there is no such listener
     */
    public CompletionStage<Void> pause(String name) {
        return registry.pause(name);
    }

    /**
     * Ends a {@link #pause}. No effect on a listener that is not paused. The event is {@code ListenerResumed}.
     *
     * @return completes when the listener accepts connections again
     * @throws NoSuchElementException when there is no such listener
     */
    public CompletionStage<Void> resume(String name) {
        return registry.resume(name);
    }

    /**
     * Reads the key, certificates and revocation lists of a TLS listener again, whether or not the files have changed.
     * They apply to later handshakes. Open connections stay, except those whose certificate is now revoked (0x87). The
     * event is {@code TlsReloaded} or {@code TlsReloadFailed}.
     *
     * @return completes on a thread of the worker pool when the new files are in effect; exceptionally with
     *     {@link UncheckedIOException} and the reason when they cannot be used; then the former ones stay in effect
     * @throws NoSuchElementException when there is no such listener
     * @throws IllegalArgumentException when the listener has no TLS
     */
    public CompletionStage<Void> reloadTls(String name) {
        return registry.reloadTls(name);
    }

    @Override
    public String toString() {
        return all().toString();
    }
}
