package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Objects;

/**
 * A listener behind load balancers or other proxies that say whom they speak for, by the PROXY protocol, version 1 or 2. Made by
 * {@link Listener#behindProxies}. Immutable.
 *
 * <p>A connection from one of their addresses has to begin with the header, before TLS or anything else; else it is closed. The client's
 * address is then the one that it names: for bans, limits, events and {@code ClientInfo}. From any other address nobody is believed: a
 * header there is not MQTT.
 *
 * @param listener what clients speak behind the header
 * @param proxies where the proxies are; at least one range
 * @since 0.1.0
 */
@Stable
public record ProxiedListener(Listener listener, List<Cidr> proxies) implements Listener {

    /** Checks both. */
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
                    "who connects to a local socket has no address to be believed by: listener=" + listener.name());
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
