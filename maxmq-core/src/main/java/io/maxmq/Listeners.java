package io.maxmq;

import io.maxmq.core.bootstrap.Broker;
import io.maxmq.spi.Stable;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The listeners of a running broker. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public final class Listeners {
    private final List<Bound> all;

    Listeners(List<Broker.BoundListener> bound) {
        this.all = bound.stream()
                .map(each -> new Bound(each.name(), each.address()))
                .toList();
    }

    /**
     * One listener and where it can be reached.
     *
     * @param name as configured
     * @param address as bound: with port 0 the port that the operating system chose
     * @since 0.1.0
     */
    @Stable
    public record Bound(String name, InetSocketAddress address) {
        /** 1..65535. */
        public int port() {
            return address.getPort();
        }

        /** A host that clients on this machine connect to: the address, or loopback when all are bound. Without brackets. */
        public String host() {
            return address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
        }
    }

    /** All, in the order of the builder. */
    public List<Bound> all() {
        return all;
    }

    /**
     * The first TCP listener.
     *
     * @throws NoSuchElementException when there is none
     */
    public Bound tcp() {
        if (all.isEmpty()) {
            throw new NoSuchElementException("the broker has no TCP listener; add .listener(Listener.tcp(port))");
        }
        return all.get(0);
    }

    /**
     * The listener of this name.
     *
     * @throws NoSuchElementException when there is none
     */
    public Bound named(String name) {
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no listener of this name: name=" + name + ", listeners="
                        + all.stream().map(Bound::name).toList()));
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
