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
 * The listeners of a running broker. Thread-safe. What changes them does not block; its stage completes on an event loop, where
 * dependent actions must not block, and must not be waited for there.
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
     * One listener, where it can be reached, and how it was when it was asked for. Immutable.
     *
     * @param name as configured
     * @param kind {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code tcp+ws}, {@code tls+wss} or {@code unix}
     * @param address as bound: with port 0 the port that the operating system chose; of a local socket a {@link
     *     java.net.UnixDomainSocketAddress}, which has its path
     * @param paused whether it accepts nobody for now
     * @param connections how many of its connections are open
     * @since 0.1.0
     */
    @Stable
    public record Bound(String name, String kind, SocketAddress address, boolean paused, int connections) {
        /**
         * 1..65535.
         *
         * @throws IllegalStateException for a local socket
         */
        public int port() {
            return inet().getPort();
        }

        /**
         * A host that clients on this machine connect to: the address, or loopback when all are bound. Without brackets.
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
     * What becomes of the connections of a listener that is removed.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Removal {
        /** They stay, and end as others do. */
        KEEP_CONNECTIONS,
        /**
         * They end: MQTT 5.0 clients are told 0x98 (Administrative action). Their sessions stay as long as their expiry says, and
         * their wills are published (MQTT 5.0 §3.1.2.5).
         */
        CLOSE_CONNECTIONS
    }

    private static Bound bound(BoundListener each) {
        return new Bound(each.name(), each.kind(), each.address(), each.paused(), each.connections());
    }

    /** All, in the order of the builder, then in that of their addition. */
    public List<Bound> all() {
        return registry.all().stream().map(Listeners::bound).toList();
    }

    /**
     * The first listener of plain TCP.
     *
     * @throws NoSuchElementException when there is none
     */
    public Bound tcp() {
        return all().stream()
                .filter(each -> each.kind().startsWith("tcp"))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(
                        "the broker has no TCP listener; add .listener(Listener.tcp(port))"));
    }

    /**
     * The listener of this name.
     *
     * @throws NoSuchElementException when there is none
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
     * Opens one more listener. The event is {@code ListenerOpened}.
     *
     * @return completes when clients can connect; exceptionally with {@link UncheckedIOException} when it cannot be bound, which
     *     names the listener and its address, or the file that it cannot use; then its name is free again
     * @throws IllegalArgumentException when there is one of this name: {@link Listener#withName} gives another
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<Bound> add(Listener listener) {
        return registry.add(listener).thenApply(Listeners::bound);
    }

    /** {@link #remove(String, Removal)} that keeps its connections. */
    public CompletionStage<Void> remove(String name) {
        return remove(name, Removal.KEEP_CONNECTIONS);
    }

    /**
     * Closes a listener. Who is connected to it may stay, or not. The event is {@code ListenerClosed}.
     *
     * @return completes when its port and its name are free, and its connections are told if they are to end
     * @throws NoSuchElementException when there is none of this name
     */
    public CompletionStage<Void> remove(String name, Removal connections) {
        return registry.remove(name, connections == Removal.CLOSE_CONNECTIONS);
    }

    /**
     * Has a listener accept nobody until {@link #resume}; its port stays bound and its connections stay. The operating system
     * still completes connections, as many as the backlog has room for: they wait, and are let in later unless they give up. No
     * effect on one that is paused. The event is {@code ListenerPaused}.
     *
     * @return completes when it accepts nobody any more
     * @throws NoSuchElementException when there is none of this name
     */
    public CompletionStage<Void> pause(String name) {
        return registry.pause(name);
    }

    /**
     * Ends a {@link #pause}. No effect on one that is not paused. The event is {@code ListenerResumed}.
     *
     * @return completes when it accepts again
     * @throws NoSuchElementException when there is none of this name
     */
    public CompletionStage<Void> resume(String name) {
        return registry.resume(name);
    }

    /**
     * Has a TLS listener read its key, certificates and revocation lists again, whether or not their files have changed. They count
     * for handshakes from then on; connections stay, but for those whose certificate a revocation list revokes by now (0x87). The event is {@code TlsReloaded}, or {@code TlsReloadFailed}.
     *
     * @return completes on a thread of the worker pool when they are in force; exceptionally with {@link UncheckedIOException} when
     *     they cannot be used, which says why; then what was in force still is
     * @throws NoSuchElementException when there is none of this name
     * @throws IllegalArgumentException when it has no TLS
     */
    public CompletionStage<Void> reloadTls(String name) {
        return registry.reloadTls(name);
    }

    @Override
    public String toString() {
        return all().toString();
    }
}
