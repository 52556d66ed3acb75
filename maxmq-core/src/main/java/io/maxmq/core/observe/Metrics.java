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
 * Tells the embedder's {@link MetricsSink} what there is to read: the sums of all loops' counters, and what other parts
 * add. Every metric carries the broker's name as tag {@code broker}. A sink that throws is logged, and lacks that metric.
 * Thread-safe.
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

    /** Nothing registered yet. */
    public Metrics(String brokerName, MetricsSink sink, Loggers loggers) {
        this.brokerName = brokerName;
        this.sink = sink;
        this.log = loggers.of("metrics");
    }

    /** Whether anybody keeps the metrics; else registering them is a waste of the start. */
    public boolean areKept() {
        return sink != MetricsSink.NONE;
    }

    /** Registers the sums of all counters, of packets by type, and of dropped messages and bytes by reason. Called once. */
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
                    "Messages dropped, once for each recipient that does not get it",
                    tags,
                    sum(all, loop -> loop.droppedMessages(reason)));
            counter(
                    "maxmq.messages.dropped.bytes",
                    "Payloads of these",
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

    /** Registers what events count, and how often each of these plug-ins and all others have failed. Called once. */
    public void registerEvents(Events events, Set<String> plugins) {
        counter("maxmq.events.lost", "Events that a slow listener lost", Map.of(), events::lost);
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
                "Failures of plug-ins by name; handlers and what was added later are in other",
                Map.of("plugin", plugin),
                count);
    }

    /** Registers how busy the workers are, and who calls event listeners, each of which has a queue of its own. Called once. */
    public void registerWorkers(WorkerPool workers, WorkerPool eventWorkers) {
        String active = "Threads that run a task";
        gauge("maxmq.workers.active", active, Map.of("pool", "worker"), workers::activeThreads);
        gauge("maxmq.workers.active", active, Map.of("pool", "listener"), eventWorkers::activeThreads);
        gauge("maxmq.workers.waiting", "Calls of plug-ins that wait for a worker", Map.of(), workers::waitingTasks);
    }

    /** Registers a number that only grows; gone with the returned registration or this. */
    public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
        return register(true, name, description, tags, value);
    }

    /** Registers a number that goes up and down; gone with the returned registration or this. */
    public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
        return register(false, name, description, tags, value);
    }

    /** What an extension registers its own metrics with. */
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

    /** Takes back all registrations. Idempotent. */
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
        } catch (Throwable e) { // the embedder's code; a metric is not worth a failed start
            log.warn("metrics sink did not take {}", name, e);
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
            log.warn("metrics sink did not give back a metric", e);
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
