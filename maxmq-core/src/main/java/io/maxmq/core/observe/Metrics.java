package io.maxmq.core.observe;

import io.maxmq.spi.Registration;
import io.maxmq.spi.event.DropReason;
import io.maxmq.spi.event.MetricsSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Tells the embedder's {@link MetricsSink} what there is to read: the sums of all loops' counters, and what other parts
 * add. Every metric carries the broker's name as tag {@code broker}. A sink that throws is logged, and lacks that metric.
 * Thread-safe.
 */
public final class Metrics implements AutoCloseable {

    private final String brokerName;
    private final MetricsSink sink;
    private final Logger log;

    /** Guarded by itself. */
    private final List<Registration> registrations = new ArrayList<>();

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

    /** Registers the sums of all counters, and of dropped messages and bytes by reason. Called once. */
    public void registerLoops(List<LoopCounters> loops) {
        LoopCounters[] all = loops.toArray(LoopCounters[]::new);
        for (Counter counter : Counter.values()) {
            LongSupplier sum = () -> sum(all, counter);
            if (counter.isLevel()) {
                gauge(counter.metric(), counter.description(), counter.tags(), sum);
            } else {
                counter(counter.metric(), counter.description(), counter.tags(), sum);
            }
        }
        for (DropReason reason : DropReason.values()) {
            Map<String, String> tags = Map.of("reason", reason.name().toLowerCase(Locale.ROOT));
            counter("maxmq.messages.dropped", "Messages dropped", tags, () -> {
                long sum = 0;
                for (LoopCounters loop : all) {
                    sum += loop.droppedMessages(reason);
                }
                return sum;
            });
            counter("maxmq.messages.dropped.bytes", "Bytes of payloads dropped", tags, () -> {
                long sum = 0;
                for (LoopCounters loop : all) {
                    sum += loop.droppedBytes(reason);
                }
                return sum;
            });
        }
    }

    /** Registers what events and plug-ins count. Called once. */
    public void registerEvents(Events events) {
        counter("maxmq.events.lost", "Events that a slow listener lost", Map.of(), events::lost);
        PluginFailures failures = events.failures();
        counter("maxmq.plugins.failures", "Failures of plug-ins", Map.of(), failures::total);
    }

    /** Registers how busy the worker pool is. Called once. */
    public void registerWorkers(WorkerPool workers) {
        gauge("maxmq.workers.active", "Worker threads that run a task", Map.of(), workers::activeThreads);
        gauge("maxmq.workers.waiting", "Tasks that wait for a worker", Map.of(), workers::waitingTasks);
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

    private static long sum(LoopCounters[] loops, Counter counter) {
        long sum = 0;
        for (LoopCounters loop : loops) {
            sum += loop.value(counter);
        }
        return sum;
    }
}
