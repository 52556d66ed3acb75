package io.maxmq.core.listener;

import io.maxmq.config.Listener;
import io.maxmq.config.ProxiedListener;
import io.maxmq.config.TcpListener;
import io.maxmq.config.Tls;
import io.maxmq.config.TlsListener;
import io.maxmq.config.UnixListener;
import io.maxmq.config.WebSocketListener;
import io.maxmq.core.transport.Endpoint;
import io.maxmq.core.transport.ProxyLayer;
import io.maxmq.core.transport.SocketLayer;
import io.maxmq.core.transport.TlsLayer;
import io.maxmq.core.transport.WebSocketLayer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint that a listener binds to, and the protocols between its sockets and MQTT, from its settings.
 *
 * @param all layers of each socket: proxy protocol, TLS and WebSocket, as configured
 * @param tls the TLS layer among {@code all}; null for a listener without TLS
 */
record ListenerLayers(
        Endpoint endpoint, SocketLayer all, @Nullable TlsLayer tls) {

    static ListenerLayers of(Listener settings) {
        if (settings instanceof ProxiedListener proxied) {
            ListenerLayers within = of(proxied.listener());
            return new ListenerLayers(within.endpoint, new ProxyLayer(proxied.proxies(), within.all), within.tls);
        }
        if (settings instanceof TcpListener tcp) {
            Endpoint.Site site = new Endpoint.Port(tcp.host(), tcp.port());
            return plain(new Endpoint(tcp.name(), "tcp", site, tcp.backlog(), tcp.maxConnections()));
        }
        if (settings instanceof TlsListener tls) {
            Endpoint.Site site = new Endpoint.Port(tls.host(), tls.port());
            TlsLayer layer = new TlsLayer(tls.tls());
            return new ListenerLayers(
                    new Endpoint(tls.name(), "tls", site, tls.backlog(), tls.maxConnections()), layer, layer);
        }
        if (settings instanceof WebSocketListener webSocket) {
            return of(webSocket);
        }
        if (settings instanceof UnixListener unix) {
            Endpoint.Site site = new Endpoint.LocalFile(unix.path(), unix.permissions());
            return plain(new Endpoint(unix.name(), "unix", site, unix.backlog(), unix.maxConnections()));
        }
        throw new IllegalArgumentException("unknown kind of listener: " + settings);
    }

    private static ListenerLayers plain(Endpoint endpoint) {
        return new ListenerLayers(endpoint, SocketLayer.NONE, null);
    }

    private static ListenerLayers of(WebSocketListener ws) {
        Tls tls = ws.tls();
        TlsLayer layer = tls == null ? null : new TlsLayer(tls);
        String webSocket = tls == null ? "ws" : "wss";
        String without = tls == null ? "tcp+" : "tls+";
        String kind = ws.plainToo() ? without + webSocket : webSocket;
        Endpoint.Site site = new Endpoint.Port(ws.host(), ws.port());
        SocketLayer carrier = layer == null ? SocketLayer.NONE : layer;
        return new ListenerLayers(
                new Endpoint(ws.name(), kind, site, ws.backlog(), ws.maxConnections()),
                new WebSocketLayer(ws.webSocket(), ws.plainToo(), carrier),
                layer);
    }
}
