package io.maxmq.core.observe;

import io.maxmq.codec.PacketType;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;

/**
 * Registers the broker's metrics with the embedder's {@link MetricsSink}: the sums of all loops' counters, and the
 * metrics of other parts. Every metric has the broker's name as tag {@code broker}. If the sink throws, the exception
 * is logged and that metric is missing. Thread-safe.
 */
public final class Metrics implements AutoCloseable {

    private static final List<PacketType> FROM_CLIENTS = List.of(
            PacketType.CONNECT,
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBSCRIBE,
            PacketType.UNSUBSCRIBE,
            PacketType.PINGREQ,
            PacketType.DISCONNECT,
            PacketType.AUTH);

    private static final List<PacketType> TO_CLIENTS = List.of(
            PacketType.CONNACK,
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBACK,
            PacketType.UNSUBACK,
            PacketType.PINGRESP,
            PacketType.DISCONNECT,
            PacketType.AUTH);

    private static final String OTHER_PLUGINS = "other";

    private final String brokerName;
    private final MetricsSink sink;
    private final Logger log;

    /** Guarded by itself. */
    private final Set<Registration> registrations = new LinkedHashSet<>();

    /** Creates an instance without registrations. */
    public Metrics(String brokerName, MetricsSink sink, Loggers loggers) {
        this.brokerName = brokerName;
        this.sink = sink;
        this.log = loggers.of("metrics");
    }

    /** True if a sink is configured; otherwise registering metrics only delays the start. */
    public boolean areKept() {
        return sink != MetricsSink.NONE;
    }

    /**
     * Registers the sums of all counters, of packets by type, and of dropped messages and bytes by reason. Called once.
     */
    public void registerLoops(List<LoopCounters> loops) {
        LoopCounters[] all = loops.toArray(LoopCounters[]::new);
        for (Counter counter : Counter.values()) {
            LongSupplier sum = sum(all, loop -> loop.value(counter));
            if (counter.isLevel()) {
                gauge(counter.metric(), counter.description(), counter.tags(), sum);
            } else {
                counter(counter.metric(), counter.description(), counter.tags(), sum);
            }
        }
        for (DropReason reason : DropReason.values()) {
            Map<String, String> tags = Map.of("reason", lowerCase(reason));
            counter(
                    "maxmq.messages.dropped",
                    "Messages dropped; a message counts once per recipient",
                    tags,
                    sum(all, loop -> loop.droppedMessages(reason)));
            counter(
                    "maxmq.messages.dropped.bytes",
                    "Payload bytes of dropped messages, once per recipient",
                    tags,
                    sum(all, loop -> loop.droppedBytes(reason)));
        }
        for (PacketType type : FROM_CLIENTS) {
            counter(
                    "maxmq.packets.received",
                    "Packets read from connections",
                    Map.of("type", lowerCase(type)),
                    sum(all, loop -> loop.packetsReceived(type)));
        }
        for (PacketType type : TO_CLIENTS) {
            counter(
                    "maxmq.packets.sent",
                    "Packets written to connections",
                    Map.of("type", lowerCase(type)),
                    sum(all, loop -> loop.packetsSent(type)));
        }
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Registers the counters of events, and the failures of these plug-ins and of all others. Called once. */
    public void registerEvents(Events events, Set<String> plugins) {
        counter("maxmq.events.lost", "Events lost because a listener's queue was full", Map.of(), events::lost);
        PluginFailures failures = events.failures();
        for (String plugin : plugins) {
            pluginFailures(plugin, () -> failures.count(plugin::equals));
        }
        if (!plugins.contains(OTHER_PLUGINS)) {
            pluginFailures(OTHER_PLUGINS, () -> failures.count(plugin -> !plugins.contains(plugin)));
        }
    }

    private void pluginFailures(String plugin, LongSupplier count) {
        counter(
                "maxmq.plugins.failures",
                "Plug-in failures by name; other has handlers and plug-ins added later",
                Map.of("plugin", plugin),
                count);
    }

    /**
     * Registers the load of the workers, and of the pool that calls event listeners, each of which has a queue of its
     * own. Called once.
     */
    public void registerWorkers(WorkerPool workers, WorkerPool eventWorkers) {
        String active = "Threads running a task";
        gauge("maxmq.workers.active", active, Map.of("pool", "worker"), workers::activeThreads);
        gauge("maxmq.workers.active", active, Map.of("pool", "listener"), eventWorkers::activeThreads);
        gauge("maxmq.workers.waiting", "Plug-in calls waiting for a worker", Map.of(), workers::waitingTasks);
    }

    /** Registers a number that only grows. Closing the returned registration or this instance removes it. */
    public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
        return register(true, name, description, tags, value);
    }

    /** Registers a number that goes up and down. Closing the returned registration or this instance removes it. */
    public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
        return register(false, name, description, tags, value);
    }

    /** Returns the sink for metrics of extensions. */
    public MetricsSink forExtensions() {
        return new MetricsSink() {
            @Override
            public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
                return Metrics.this.counter(name, description, tags, value);
            }

            @Override
            public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
                return Metrics.this.gauge(name, description, tags, value);
            }
        };
    }

    /** Removes all registrations. Idempotent. */
    @Override
    public void close() {
        List<Registration> all;
        synchronized (registrations) {
            all = List.copyOf(registrations);
            registrations.clear();
        }
        all.forEach(this::closeQuietly);
    }

    private Registration register(
            boolean grows, String name, String description, Map<String, String> tags, LongSupplier value) {
        if (sink == MetricsSink.NONE) {
            return Registration.NONE;
        }
        Map<String, String> allTags = new HashMap<>(tags);
        allTags.put("broker", brokerName);
        Registration registration;
        try {
            registration = grows
                    ? sink.counter(name, description, Map.copyOf(allTags), value)
                    : sink.gauge(name, description, Map.copyOf(allTags), value);
        } catch (Throwable e) { // code of the embedder; a missing metric must not prevent the start
            log.warn("metrics sink refused {}", name, e);
            return Registration.NONE;
        }
        synchronized (registrations) {
            registrations.add(registration);
        }
        return () -> {
            boolean mine;
            synchronized (registrations) {
                mine = registrations.remove(registration);
            }
            if (mine) {
                closeQuietly(registration);
            }
        };
    }

    private void closeQuietly(Registration registration) {
        try {
            registration.close();
        } catch (Throwable e) {
            log.warn("metrics sink failed to remove a metric", e);
        }
    }

    private static LongSupplier sum(LoopCounters[] loops, ToLongFunction<LoopCounters> value) {
        return () -> {
            long sum = 0;
            for (LoopCounters loop : loops) {
                sum += value.applyAsLong(loop);
            }
            return sum;
        };
    }
}
