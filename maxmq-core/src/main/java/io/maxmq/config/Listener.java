package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where clients connect. Immutable. New kinds come with minor versions.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Listener permits TcpListener, TlsListener, WebSocketListener, UnixListener, ProxiedListener {

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

    /**
     * TCP with TLS on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     * @param tls key, certificates, and what is asked of clients
     */
    static TlsListener tls(int port, Tls tls) {
        return tls("127.0.0.1", port, tls);
    }

    /**
     * TCP with TLS.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     * @param tls key, certificates, and what is asked of clients
     */
    static TlsListener tls(String host, int port, Tls tls) {
        return new TlsListener(
                "tls-" + port, host, port, TcpListener.DEFAULT_BACKLOG, TcpListener.DEFAULT_MAX_CONNECTIONS, tls);
    }

    /**
     * WebSocket at {@code /mqtt} on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     */
    static WebSocketListener webSocket(int port) {
        return webSocket("127.0.0.1", port);
    }

    /**
     * WebSocket at {@code /mqtt}.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
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
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     * @param tls key, certificates, and what is asked of clients
     */
    static WebSocketListener secureWebSocket(int port, Tls tls) {
        return secureWebSocket("127.0.0.1", port, tls);
    }

    /**
     * WebSocket with TLS at {@code /mqtt}.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     * @param tls key, certificates, and what is asked of clients
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
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     */
    static WebSocketListener tcpAndWebSocket(int port) {
        return tcpAndWebSocket("127.0.0.1", port);
    }

    /**
     * MQTT and WebSocket at {@code /mqtt} on one port.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     */
    static WebSocketListener tcpAndWebSocket(String host, int port) {
        return webSocket(host, port).withName("tcp-ws-" + port).withPlainToo(true);
    }

    /**
     * The same with TLS, on the loopback address, reachable from this machine only.
     *
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     * @param tls key, certificates, and what is asked of clients
     */
    static WebSocketListener tlsAndWebSocket(int port, Tls tls) {
        return tlsAndWebSocket("127.0.0.1", port, tls);
    }

    /**
     * The same with TLS.
     *
     * @param host name or address to bind to; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0..65535; 0 takes a free one, see the running broker's listeners
     * @param tls key, certificates, and what is asked of clients
     */
    static WebSocketListener tlsAndWebSocket(String host, int port, Tls tls) {
        return secureWebSocket(host, port, tls).withName("tls-wss-" + port).withPlainToo(true);
    }

    /**
     * A local socket (Unix domain socket), for programs on this machine that run as the same user; {@link
     * UnixListener#withPermissions} lets others in.
     *
     * @param path where its file is to be
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
     * The same behind proxies that speak the PROXY protocol (version 1 or 2). For HTTP proxies that add to {@code X-Forwarded-For} see
     * {@link WebSocketListener#withForwarders}.
     *
     * @param proxies where they are: nobody else is believed
     */
    static ProxiedListener behindProxies(Listener listener, List<Cidr> proxies) {
        return new ProxiedListener(listener, proxies);
    }

    /** In events, metrics and {@code ClientInfo}; unique within a broker. */
    String name();

    /** How many connections it holds at most; beyond it accepted sockets are closed at once. */
    int maxConnections();

    /** Whether its connections are encrypted, and so carry what TLS proves. */
    default boolean isSecure() {
        return false;
    }

    /** Whether it asks clients for certificates. */
    default boolean asksForClientCertificates() {
        return false;
    }

    /** The same under another name. */
    Listener withName(String name);

    /** The same with another bound. */
    Listener withMaxConnections(int maxConnections);
}
