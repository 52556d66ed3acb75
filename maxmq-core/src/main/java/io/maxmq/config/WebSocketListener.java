package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * WebSocket, with or without TLS, and optionally MQTT without WebSocket on the same port. Created by
 * {@link Listener#webSocket(int)}, {@link Listener#secureWebSocket(int, Tls)}, {@link Listener#tcpAndWebSocket(int)},
 * {@link Listener#tlsAndWebSocket(int, Tls)} and its withers. Immutable.
 *
 * @param name in events and metrics; default {@code ws-PORT}, {@code wss-PORT}, {@code tcp-ws-PORT} or
 *     {@code tls-wss-PORT}
 * @param host name or address to bind to
 * @param port 0..65535; 0 picks a free one
 * @param backlog connections that the operating system completes ahead of the broker; default 1024
 * @param maxConnections default 1,000,000
 * @param webSocket path, allowed pages and trusted proxies
 * @param tls key, certificates and the policy for client certificates; null without TLS
 * @param plainToo whether clients may also use MQTT without WebSocket; their first byte decides; default false
 * @since 0.1.0
 */
@Stable
public record WebSocketListener(
        String name,
        String host,
        int port,
        int backlog,
        int maxConnections,
        WebSocket webSocket,
        @Nullable Tls tls,
        boolean plainToo)
        implements Listener {

    /** Checks every value. */
    public WebSocketListener {
        SettingChecks.tcp(name, host, port, backlog, maxConnections);
        Objects.requireNonNull(webSocket, "webSocket");
    }

    @Override
    public boolean asksForClientCertificates() {
        return tls != null && tls.asksForClientCertificates();
    }

    @Override
    public boolean isSecure() {
        return tls != null;
    }

    @Override
    public WebSocketListener withName(String newName) {
        return new WebSocketListener(newName, host, port, backlog, maxConnections, webSocket, tls, plainToo);
    }

    /** Returns a copy with another backlog. */
    public WebSocketListener withBacklog(int newBacklog) {
        return new WebSocketListener(name, host, port, newBacklog, maxConnections, webSocket, tls, plainToo);
    }

    @Override
    public WebSocketListener withMaxConnections(int newMaxConnections) {
        return new WebSocketListener(name, host, port, backlog, newMaxConnections, webSocket, tls, plainToo);
    }

    /** Returns a copy with another path, which begins with {@code /}. */
    public WebSocketListener withPath(String path) {
        return with(new WebSocket(path, webSocket.allowedOrigins(), webSocket.allowedHosts(), webSocket.forwarders()));
    }

    /** Returns a copy for pages of these origins, such as {@code https://app.example.com}; {@code *} for all. */
    public WebSocketListener withAllowedOrigins(String... origins) {
        return with(new WebSocket(webSocket.path(), Set.of(origins), webSocket.allowedHosts(), webSocket.forwarders()));
    }

    /**
     * Returns a copy that accepts these host names, besides addresses and {@code localhost}, from clients on this
     * machine for a plain WebSocket on a loopback address; {@code *} for all. See {@link WebSocket#allowedHosts()}.
     */
    public WebSocketListener withAllowedHosts(String... hosts) {
        return with(new WebSocket(webSocket.path(), webSocket.allowedOrigins(), Set.of(hosts), webSocket.forwarders()));
    }

    /**
     * Returns a copy behind HTTP proxies that name the client in {@code X-Forwarded-For}, and the requested scheme and
     * host in {@code X-Forwarded-Proto} and {@code X-Forwarded-Host}.
     *
     * @param forwarders the addresses of these proxies; the fields are ignored from other addresses
     */
    public WebSocketListener withForwarders(List<Cidr> forwarders) {
        return with(new WebSocket(webSocket.path(), webSocket.allowedOrigins(), webSocket.allowedHosts(), forwarders));
    }

    /** Returns a copy that accepts, or does not accept, MQTT without WebSocket. */
    public WebSocketListener withPlainToo(boolean newPlainToo) {
        return new WebSocketListener(name, host, port, backlog, maxConnections, webSocket, tls, newPlainToo);
    }

    private WebSocketListener with(WebSocket other) {
        return new WebSocketListener(name, host, port, backlog, maxConnections, other, tls, plainToo);
    }
}
