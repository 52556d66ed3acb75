package io.maxmq.core.configfile;

import io.maxmq.config.Listener;
import io.maxmq.config.TcpListener;
import io.maxmq.config.Tenancy;
import io.maxmq.config.Tls;
import io.maxmq.config.TlsListener;
import io.maxmq.spi.config.ConfigSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The section {@code listeners}: one section for each, by its name. Stateless. */
final class ListenerSettings {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MQTT_PORT = 1883;

    private static final int TLS_PORT = 8883;

    private enum Type {
        TCP,
        TLS
    }

    private ListenerSettings() {}

    /** @param tenancy says which are allowed */
    static List<Listener> read(ConfigSection root, Tenancy tenancy) {
        List<Listener> listeners = new ArrayList<>();
        for (Map.Entry<String, ConfigSection> each : root.named("listeners").entrySet()) {
            ConfigSection section = each.getValue();
            listeners.add(BrokerSettings.checked(section, () -> {
                Listener listener = listener(each.getKey(), section);
                tenancy.check(listener);
                return listener;
            }));
        }
        return listeners;
    }

    private static Listener listener(String name, ConfigSection section) {
        return switch (section.choice("type", Type.class, Type.TCP)) {
            case TCP -> tcp(name, section);
            case TLS -> tls(name, section);
        };
    }

    private static Listener tcp(String name, ConfigSection section) {
        TcpListener defaults = Listener.tcp(MQTT_PORT);
        return new TcpListener(
                name,
                section.text("host", LOOPBACK),
                section.number("port", MQTT_PORT),
                section.number("backlog", defaults.backlog()),
                section.number("max-connections", defaults.maxConnections()));
    }

    private static Listener tls(String name, ConfigSection section) {
        TcpListener defaults = Listener.tcp(MQTT_PORT);
        Tls tls = TlsSettings.read(section.section("tls"));
        return new TlsListener(
                name,
                section.text("host", LOOPBACK),
                section.number("port", TLS_PORT),
                section.number("backlog", defaults.backlog()),
                section.number("max-connections", defaults.maxConnections()),
                tls);
    }
}
