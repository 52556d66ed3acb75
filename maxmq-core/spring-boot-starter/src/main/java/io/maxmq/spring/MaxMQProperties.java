package io.maxmq.spring;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.config.Listener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code maxmq.*}.
 *
 * @param enabled Whether the application context starts a broker.
 * @param configFile Configuration file (HOCON) of the broker; needs maxmq-config-file. The file then describes the broker: of the other
 *     properties only maxmq.enabled may be set.
 * @param name Name of the broker in threads, loggers and metrics; 1..64 of a-z A-Z 0-9 . _ -. The default is maxmq.
 * @param listeners Listeners by name. The default is one listener, named mqtt, on port 1883 of the loopback address.
 * @param allowAnonymous Whether clients connect without credentials.
 * @param passwordFile File of users and password hashes; needs maxmq-auth.
 * @param aclFile File of access control rules; needs maxmq-auth.
 * @param storage Durable storage.
 */
@ConfigurationProperties("maxmq")
record MaxMQProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String configFile,
        @Nullable String name,
        @DefaultValue Map<String, ListenerProperties> listeners,
        @Nullable Boolean allowAnonymous,
        @Nullable String passwordFile,
        @Nullable String aclFile,
        @DefaultValue @NestedConfigurationProperty StorageProperties storage) {
    private static final String DEFAULT_LISTENER = "mqtt";

    /**
     * Begins a broker with these settings.
     *
     * @throws IllegalArgumentException when properties contradict each other or a value is invalid; names the property
     * @throws IllegalStateException when a property needs a missing module; names the property and the artifact
     */
    MaxMQBuilder newBuilder() {
        if (configFile != null) {
            refuseOthers();
            return MaxMQ.fromConfig(FileLocation.at(configFile));
        }
        MaxMQBuilder builder = MaxMQ.builder();
        if (name != null) {
            builder.name(name);
        }
        addListeners(builder);
        if (Boolean.TRUE.equals(allowAnonymous)) {
            builder.allowAnonymous();
        }
        if (passwordFile != null) {
            OptionalModule.AUTH.requireFor("maxmq.password-file");
            AuthFiles.addPasswords(builder, passwordFile);
        }
        if (aclFile != null) {
            OptionalModule.AUTH.requireFor("maxmq.acl-file");
            AuthFiles.addAcl(builder, aclFile);
        }
        storage.addTo(builder);
        return builder;
    }

    private void addListeners(MaxMQBuilder builder) {
        if (listeners.isEmpty()) {
            builder.listener(Listener.tcp(ListenerProperties.MQTT_PORT).withName(DEFAULT_LISTENER));
        }
        listeners.forEach((listenerName, each) -> builder.listener(each.listener(listenerName)));
    }

    private void refuseOthers() {
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        others.put("maxmq.name", name);
        others.put("maxmq.listeners", listeners.isEmpty() ? null : listeners);
        others.put("maxmq.allow-anonymous", allowAnonymous);
        others.put("maxmq.password-file", passwordFile);
        others.put("maxmq.acl-file", aclFile);
        others.put("maxmq.storage.directory", storage.directory());
        others.put("maxmq.storage.durability", storage.durability());
        List<String> set = others.entrySet().stream()
                .filter(each -> each.getValue() != null)
                .map(Map.Entry::getKey)
                .toList();
        if (!set.isEmpty()) {
            throw new IllegalArgumentException(
                    "maxmq.config-file describes the whole broker; remove the property or set it in the file: " + set);
        }
    }
}
