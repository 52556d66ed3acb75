package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Where clients connect. Immutable. New kinds come with minor versions.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Listener permits TcpListener {

    /**
     * Plain TCP on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     */
    static TcpListener tcp(int port) {
        return tcp("127.0.0.1", port);
    }

    /**
     * Plain TCP.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     */
    static TcpListener tcp(String host, int port) {
        return new TcpListener(
                "tcp-" + port, host, port, TcpListener.DEFAULT_BACKLOG, TcpListener.DEFAULT_MAX_CONNECTIONS);
    }

    /** In events, metrics and {@code ClientInfo}; unique within a broker. */
    String name();

    /** How many connections it holds at most; beyond it accepted sockets are closed at once. */
    int maxConnections();

    /** The same under another name. */
    Listener withName(String name);

    /** The same with another bound. */
    Listener withMaxConnections(int maxConnections);
}
