package io.maxmq.core.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * What a listener binds to, and how many it lets in. Immutable.
 *
 * @param kind {@code tcp}, {@code tls}, {@code ws} or {@code wss}
 */
public record Endpoint(String name, String kind, String host, int port, int backlog, int maxConnections) {

    /** Looks the host up, which may block. */
    SocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** For people. */
    public String shown() {
        return host + ":" + port;
    }
}
