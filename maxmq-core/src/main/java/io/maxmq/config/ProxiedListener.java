package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Objects;

/**
 * A listener behind load balancers or other proxies that name the client by the PROXY protocol, version 1 or 2. Created
 * by {@link Listener#behindProxies}. Immutable.
 *
 * <p>A connection from one of the proxies' addresses must begin with the header, before TLS or any other data;
 * otherwise it is closed. The address in the header is the client's address for bans, limits, events and
 * {@code ClientInfo}. Headers from other addresses are not trusted: there a header is invalid MQTT.
 *
 * @param listener the protocol behind the header
 * @param proxies addresses of the proxies; at least one range
 * @since 0.1.0
 */
@Stable
public record ProxiedListener(Listener listener, List<Cidr> proxies) implements Listener {

    /** Checks both values. */
    public ProxiedListener {
        Objects.requireNonNull(listener, "listener");
        proxies = List.copyOf(proxies);
        if (proxies.isEmpty()) {
            throw new IllegalArgumentException(
                    "proxies must name at least one range of addresses: listener=" + listener.name());
        }
        if (listener instanceof ProxiedListener) {
            throw new IllegalArgumentException("the listener is behind proxies already: listener=" + listener.name());
        }
        if (listener instanceof UnixListener) {
            throw new IllegalArgumentException(
                    "a local socket has no client addresses, so it cannot be behind proxies: listener="
                            + listener.name());
        }
    }

    @Override
    public boolean asksForClientCertificates() {
        return listener.asksForClientCertificates();
    }

    @Override
    public boolean isSecure() {
        return listener.isSecure();
    }

    @Override
    public String name() {
        return listener.name();
    }

    @Override
    public int maxConnections() {
        return listener.maxConnections();
    }

    @Override
    public ProxiedListener withName(String newName) {
        return new ProxiedListener(listener.withName(newName), proxies);
    }

    @Override
    public ProxiedListener withMaxConnections(int newMaxConnections) {
        return new ProxiedListener(listener.withMaxConnections(newMaxConnections), proxies);
    }
}
