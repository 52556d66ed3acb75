package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Plain TCP. Created by {@link Listener#tcp(int)} and its withers. Immutable.
 *
 * @param name in events and metrics; default {@code tcp-PORT}
 * @param host name or address to bind to
 * @param port 0..65535; 0 picks a free one
 * @param backlog connections that the operating system completes ahead of the broker; default 1024
 * @param maxConnections default 1,000,000
 * @since 0.1.0
 */
@Stable
public record TcpListener(String name, String host, int port, int backlog, int maxConnections) implements Listener {

    static final int DEFAULT_BACKLOG = 1024;
    static final int DEFAULT_MAX_CONNECTIONS = 1_000_000;

    /** Checks every value. */
    public TcpListener {
        SettingChecks.tcp(name, host, port, backlog, maxConnections);
    }

    @Override
    public TcpListener withName(String newName) {
        return new TcpListener(newName, host, port, backlog, maxConnections);
    }

    /** Returns a copy with another backlog. */
    public TcpListener withBacklog(int newBacklog) {
        return new TcpListener(name, host, port, newBacklog, maxConnections);
    }

    @Override
    public TcpListener withMaxConnections(int newMaxConnections) {
        return new TcpListener(name, host, port, backlog, newMaxConnections);
    }
}
