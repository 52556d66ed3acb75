package io.maxmq.core.configfile;

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
import org.jspecify.annotations.Nullable;

/** The section {@code listeners}: one section for each, by its name. Stateless. */
final class ListenerSettings {
    private static final String LOOPBACK = "127.0.0.1";
    private static final TcpListener DEFAULTS = Listener.tcp(0);

    private enum Type {
        TCP(1883),
        TLS(8883),
        WEBSOCKET(8080),
        SECURE_WEBSOCKET(8443),
        UNIX(0);

        private final int port;

        Type(int port) {
            this.port = port;
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
            UnixListener unix = Listener.unix(section.file("file"))
                    .withName(name)
                    .withBacklog(backlog)
                    .withMaxConnections(maxConnections);
            return unix.withPermissions(
                    section.text("permissions", PosixFilePermissions.toString(unix.permissions())));
        }
        String host = section.text("host", LOOPBACK);
        int port = section.number("port", type.port);
        return switch (type) {
            case TCP -> new TcpListener(name, host, port, backlog, maxConnections);
            case TLS -> new TlsListener(name, host, port, backlog, maxConnections, tls(section));
            case WEBSOCKET -> webSocket(name, host, port, backlog, maxConnections, section, null);
            case SECURE_WEBSOCKET -> webSocket(name, host, port, backlog, maxConnections, section, tls(section));
            case UNIX -> throw new IllegalStateException("has no port");
        };
    }

    private static Tls tls(ConfigSection section) {
        return TlsSettings.read(section.section("tls"));
    }

    private static Listener webSocket(
            String name,
            String host,
            int port,
            int backlog,
            int maxConnections,
            ConfigSection section,
            @Nullable Tls tls) {
        WebSocket defaults = Listener.webSocket(0).webSocket();
        WebSocket webSocket = new WebSocket(
                section.text("path", defaults.path()),
                new HashSet<>(section.texts("allowed-origins", List.copyOf(defaults.allowedOrigins()))),
                ranges("forwarders", section));
        return new WebSocketListener(name, host, port, backlog, maxConnections, webSocket, tls);
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
