package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * An endpoint that clients connect to. Immutable. New kinds come with minor versions.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Listener permits TcpListener, TlsListener, WebSocketListener, UnixListener, ProxiedListener {

    /**
     * Plain TCP on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     */
    static TcpListener tcp(int port) {
        return tcp("127.0.0.1", port);
    }

    /**
     * Plain TCP.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     */
    static TcpListener tcp(String host, int port) {
        return new TcpListener(
                "tcp-" + port, host, port, TcpListener.DEFAULT_BACKLOG, TcpListener.DEFAULT_MAX_CONNECTIONS);
    }

    /**
     * TCP with TLS on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     * @param tls key, certificates and the policy for client certificates
     */
    static TlsListener tls(int port, Tls tls) {
        return tls("127.0.0.1", port, tls);
    }

    /**
     * TCP with TLS.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     * @param tls key, certificates and the policy for client certificates
     */
    static TlsListener tls(String host, int port, Tls tls) {
        return new TlsListener(
                "tls-" + port, host, port, TcpListener.DEFAULT_BACKLOG, TcpListener.DEFAULT_MAX_CONNECTIONS, tls);
    }

    /**
     * WebSocket at {@code /mqtt} on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     */
    static WebSocketListener webSocket(int port) {
        return webSocket("127.0.0.1", port);
    }

    /**
     * WebSocket at {@code /mqtt}.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     */
    static WebSocketListener webSocket(String host, int port) {
        return new WebSocketListener(
                "ws-" + port,
                host,
                port,
                TcpListener.DEFAULT_BACKLOG,
                TcpListener.DEFAULT_MAX_CONNECTIONS,
                WebSocket.defaults(),
                null,
                false);
    }

    /**
     * WebSocket with TLS at {@code /mqtt} on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     * @param tls key, certificates and the policy for client certificates
     */
    static WebSocketListener secureWebSocket(int port, Tls tls) {
        return secureWebSocket("127.0.0.1", port, tls);
    }

    /**
     * WebSocket with TLS at {@code /mqtt}.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     * @param tls key, certificates and the policy for client certificates
     */
    static WebSocketListener secureWebSocket(String host, int port, Tls tls) {
        return new WebSocketListener(
                "wss-" + port,
                host,
                port,
                TcpListener.DEFAULT_BACKLOG,
                TcpListener.DEFAULT_MAX_CONNECTIONS,
                WebSocket.defaults(),
                Objects.requireNonNull(tls, "tls"),
                false);
    }

    /**
     * MQTT and WebSocket at {@code /mqtt} on one port, on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     */
    static WebSocketListener tcpAndWebSocket(int port) {
        return tcpAndWebSocket("127.0.0.1", port);
    }

    /**
     * MQTT and WebSocket at {@code /mqtt} on one port.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     */
    static WebSocketListener tcpAndWebSocket(String host, int port) {
        return webSocket(host, port).withName("tcp-ws-" + port).withPlainToo(true);
    }

    /**
     * MQTT and WebSocket at {@code /mqtt} on one port with TLS, on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     * @param tls key, certificates and the policy for client certificates
     */
    static WebSocketListener tlsAndWebSocket(int port, Tls tls) {
        return tlsAndWebSocket("127.0.0.1", port, tls);
    }

    /**
     * MQTT and WebSocket at {@code /mqtt} on one port with TLS.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 picks a free one, see the running broker's listeners
     * @param tls key, certificates and the policy for client certificates
     */
    static WebSocketListener tlsAndWebSocket(String host, int port, Tls tls) {
        return secureWebSocket(host, port, tls).withName("tls-wss-" + port).withPlainToo(true);
    }

    /**
     * A local socket (Unix domain socket), for programs on this machine that run as the same user;
     * {@link UnixListener#withPermissions} admits others.
     *
     * @param path of the socket's file
     */
    static UnixListener unix(Path path) {
        return new UnixListener(
                "unix",
                path,
                UnixListener.DEFAULT_PERMISSIONS,
                TcpListener.DEFAULT_BACKLOG,
                TcpListener.DEFAULT_MAX_CONNECTIONS);
    }

    /**
     * Returns the listener behind proxies that speak the PROXY protocol (version 1 or 2). For HTTP proxies that add to
     * {@code X-Forwarded-For} see {@link WebSocketListener#withForwarders}.
     *
     * @param proxies trusted addresses; headers from other addresses are not trusted
     */
    static ProxiedListener behindProxies(Listener listener, List<Cidr> proxies) {
        return new ProxiedListener(listener, proxies);
    }

    /** Returns the name in events, metrics and {@code ClientInfo}; unique within a broker. */
    String name();

    /** Returns the maximum number of open connections; further accepted sockets are closed at once. */
    int maxConnections();

    /** Returns whether connections are encrypted and can carry identities verified by TLS. */
    default boolean isSecure() {
        return false;
    }

    /** Returns whether the listener requests client certificates. */
    default boolean asksForClientCertificates() {
        return false;
    }

    /** Returns a copy with another name. */
    Listener withName(String name);

    /** Returns a copy with another maximum number of connections. */
    Listener withMaxConnections(int maxConnections);
}
