package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.util.Objects;

/**
 * TCP with TLS. Created by {@link Listener#tls(int, Tls)} and its withers. Immutable.
 *
 * @param name in events and metrics; default {@code tls-PORT}
 * @param host name or address to bind to
 * @param port 0..65535; 0 picks a free one
 * @param backlog connections that the operating system completes ahead of the broker; default 1024
 * @param maxConnections default 1,000,000
 * @param tls key, certificates and the policy for client certificates
 * @since 0.1.0
 */
@Stable
public record TlsListener(String name, String host, int port, int backlog, int maxConnections, Tls tls)
        implements Listener {

    /** Checks every value. */
    public TlsListener {
        SettingChecks.tcp(name, host, port, backlog, maxConnections);
        Objects.requireNonNull(tls, "tls");
    }

    @Override
    public boolean asksForClientCertificates() {
        return tls.asksForClientCertificates();
    }

    @Override
    public boolean isSecure() {
        return true;
    }

    @Override
    public TlsListener withName(String newName) {
        return new TlsListener(newName, host, port, backlog, maxConnections, tls);
    }

    /** Returns a copy with another backlog. */
    public TlsListener withBacklog(int newBacklog) {
        return new TlsListener(name, host, port, newBacklog, maxConnections, tls);
    }

    @Override
    public TlsListener withMaxConnections(int newMaxConnections) {
        return new TlsListener(name, host, port, backlog, newMaxConnections, tls);
    }
}
