package io.maxmq.spring;

import io.maxmq.Listeners;
import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.config.Listener;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The broker of an application context: runs from the creation of this bean, opens its listeners when the context starts and closes when
 * the context stops. Called on the context's thread; its queries are thread-safe.
 */
final class EmbeddedBroker implements SmartLifecycle, DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    /** The phase in which Spring Boot's web servers start and stop. */
    private static final int WEB_SERVER_PHASE = DEFAULT_PHASE - 2048;

    private static final String PORTS = "maxmqPorts";

    private final MaxMQ broker;
    private final List<Listener> listeners;
    private final ConfigurableEnvironment environment;
    private volatile boolean listening;

    private EmbeddedBroker(MaxMQ broker, List<Listener> listeners, ConfigurableEnvironment environment) {
        this.broker = broker;
        this.listeners = listeners;
        this.environment = environment;
    }

    /** Starts a broker without its listeners. */
    static EmbeddedBroker start(MaxMQBuilder builder, ConfigurableEnvironment environment) {
        List<Listener> listeners = new ArrayList<>();
        builder.configure(settings -> {
            listeners.addAll(settings.build().listeners());
            return settings.listeners(List.of());
        });
        return new EmbeddedBroker(builder.start(), List.copyOf(listeners), environment);
    }

    MaxMQ broker() {
        return broker;
    }

    /**
     * Opens the listeners and publishes their ports as properties.
     *
     * @throws java.io.UncheckedIOException when a listener cannot be bound; names it and its address
     * @throws IllegalStateException when the broker was stopped before
     */
    @Override
    public void start() {
        if (!broker.isRunning()) {
            throw new IllegalStateException(
                    "a stopped broker cannot start again; refresh the application context: name=" + broker.name());
        }
        Map<String, Object> ports = new LinkedHashMap<>();
        for (Listener each : listeners) {
            Listeners.Bound bound = open(each);
            LOG.info("listener {} ({}) was bound to {}", bound.name(), bound.kind(), bound.address());
            if (bound.address() instanceof InetSocketAddress) {
                ports.putIfAbsent("local.maxmq.port", bound.port());
                ports.put("local.maxmq.listeners." + bound.name() + ".port", bound.port());
            }
        }
        environment.getPropertySources().addFirst(new MapPropertySource(PORTS, ports));
        listening = true;
    }

    private Listeners.Bound open(Listener listener) {
        try {
            return broker.listeners().add(listener).toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Closes the broker: MQTT 5.0 clients get DISCONNECT 0x8B, and the storage has all that was acknowledged. */
    @Override
    public void stop() {
        listening = false;
        broker.close();
    }

    /** Closes the broker of a context that failed before it started. */
    @Override
    public void destroy() {
        broker.close();
    }

    @Override
    public boolean isRunning() {
        return listening && broker.isRunning();
    }

    @Override
    public int getPhase() {
        return WEB_SERVER_PHASE;
    }

    /** Of Spring 7, which otherwise stops and restarts the beans of test contexts that are not in use. */
    @SuppressWarnings("MissingOverride") // Spring 6 has no such method
    public boolean isPauseable() {
        return false;
    }
}
