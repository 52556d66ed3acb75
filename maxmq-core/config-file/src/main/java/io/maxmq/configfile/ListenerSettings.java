package io.maxmq.configfile;

import io.maxmq.config.Listener;
import io.maxmq.config.TcpListener;
import io.maxmq.config.Tenancy;
import io.maxmq.config.Tls;
import io.maxmq.config.TlsListener;
import io.maxmq.config.UnixListener;
import io.maxmq.config.WebSocket;
import io.maxmq.config.WebSocketListener;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.config.ConfigSection;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** The section {@code listeners}: one section for each, by its name. Stateless. */
final class ListenerSettings {
    private static final String LOOPBACK = "127.0.0.1";
    private static final TcpListener DEFAULTS = Listener.tcp(0);

    private enum Type {
        TCP(1883, true, false, false),
        TLS(8883, true, false, true),
        WEBSOCKET(8080, false, true, false),
        SECURE_WEBSOCKET(8443, false, true, true),
        TCP_AND_WEBSOCKET(1883, true, true, false),
        TLS_AND_WEBSOCKET(8883, true, true, true),
        UNIX(0, true, false, false);

        private final int port;
        private final boolean plain;
        private final boolean webSocket;
        private final boolean hasTls;

        Type(int port, boolean plain, boolean webSocket, boolean hasTls) {
            this.port = port;
            this.plain = plain;
            this.webSocket = webSocket;
            this.hasTls = hasTls;
        }
    }

    private ListenerSettings() {}

    /** @param tenancy says which are allowed */
    static List<Listener> read(ConfigSection root, Tenancy tenancy) {
        List<Listener> listeners = new ArrayList<>();
        for (Map.Entry<String, ConfigSection> each : root.named("listeners").entrySet()) {
            ConfigSection section = each.getValue();
            listeners.add(BrokerSettings.checked(section, () -> {
                Listener listener = proxied(listener(each.getKey(), section), section);
                tenancy.check(listener);
                return listener;
            }));
        }
        return listeners;
    }

    private static Listener listener(String name, ConfigSection section) {
        Type type = section.choice("type", Type.class, Type.TCP);
        int backlog = section.number("backlog", DEFAULTS.backlog());
        int maxConnections = section.number("max-connections", DEFAULTS.maxConnections());
        if (type == Type.UNIX) {
            return unix(section).withName(name).withBacklog(backlog).withMaxConnections(maxConnections);
        }
        String host = section.text("host", LOOPBACK);
        int port = section.number("port", type.port);
        Tls tls = type.hasTls ? TlsSettings.read(section.section("tls")) : null;
        if (type.webSocket) {
            return new WebSocketListener(
                    name, host, port, backlog, maxConnections, webSocket(section), tls, type.plain);
        }
        return tls == null
                ? new TcpListener(name, host, port, backlog, maxConnections)
                : new TlsListener(name, host, port, backlog, maxConnections, tls);
    }

    private static UnixListener unix(ConfigSection section) {
        UnixListener unix = Listener.unix(section.file("file"));
        return unix.withPermissions(section.text("permissions", PosixFilePermissions.toString(unix.permissions())));
    }

    private static WebSocket webSocket(ConfigSection section) {
        WebSocket defaults = WebSocket.defaults();
        return new WebSocket(
                section.text("path", defaults.path()),
                new HashSet<>(section.texts("allowed-origins", List.copyOf(defaults.allowedOrigins()))),
                new HashSet<>(section.texts("allowed-hosts", List.copyOf(defaults.allowedHosts()))),
                ranges("forwarders", section));
    }

    /** Behind proxies that tell the clients' addresses, when some are named. */
    private static Listener proxied(Listener listener, ConfigSection section) {
        List<Cidr> proxies = ranges("proxies", section);
        return proxies.isEmpty() ? listener : Listener.behindProxies(listener, proxies);
    }

    private static List<Cidr> ranges(String key, ConfigSection section) {
        return section.texts(key, List.of()).stream()
                .map(each -> BrokerSettings.checked(section, () -> Cidr.parse(each)))
                .toList();
    }
}
