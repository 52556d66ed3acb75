package io.maxmq.spring;

import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.WebSocketListener;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code maxmq.listeners.NAME.*}.
 *
 * @param host Name or address to bind to; 0.0.0.0 or :: for all addresses. The default is 127.0.0.1.
 * @param port Port to bind to; 0 picks a free port, which local.maxmq.port contains. The default is 1883.
 * @param protocol Protocols of the port: mqtt, websocket or mqtt-and-websocket. The default is mqtt.
 * @param path Path of WebSocket requests. The default is /mqtt.
 * @param allowedOrigins Origins of web pages that may open a WebSocket, such as https://app.example.com. The default is the listener's own
 *     origin.
 * @param tls TLS; without it connections are not encrypted.
 */
record ListenerProperties(
        @Nullable String host,
        @Nullable Integer port,
        @Nullable Protocol protocol,
        @Nullable String path,
        @DefaultValue List<String> allowedOrigins,
        @Nullable TlsProperties tls) {
    private static final String LOOPBACK = "127.0.0.1";
    static final int MQTT_PORT = 1883;

    /** The protocols of a port. */
    enum Protocol {
        MQTT,
        WEBSOCKET,
        MQTT_AND_WEBSOCKET
    }

    /** @throws IllegalArgumentException when properties contradict each other or a value is invalid */
    Listener listener(String name) {
        String at = host == null ? LOOPBACK : host;
        int on = port == null ? MQTT_PORT : port;
        Tls material = tls == null ? null : tls.material(name);
        if (protocol != null && protocol != Protocol.MQTT) {
            return webSocket(at, on, material).withName(name);
        }
        if (path != null || !allowedOrigins.isEmpty()) {
            throw new IllegalArgumentException("path and allowed-origins need protocol=websocket or mqtt-and-websocket:"
                    + " maxmq.listeners." + name);
        }
        return material == null
                ? Listener.tcp(at, on).withName(name)
                : Listener.tls(at, on, material).withName(name);
    }

    private WebSocketListener webSocket(String at, int on, @Nullable Tls material) {
        WebSocketListener listener =
                material == null ? Listener.webSocket(at, on) : Listener.secureWebSocket(at, on, material);
        if (path != null) {
            listener = listener.withPath(path);
        }
        if (!allowedOrigins.isEmpty()) {
            listener = listener.withAllowedOrigins(allowedOrigins.toArray(String[]::new));
        }
        return listener.withPlainToo(protocol == Protocol.MQTT_AND_WEBSOCKET);
    }
}
