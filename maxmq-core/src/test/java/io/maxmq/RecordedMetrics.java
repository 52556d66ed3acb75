package io.maxmq;

import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Keeps what a broker registers, in that order, and reads it. Thread-safe. */
public final class RecordedMetrics implements MetricsSink {
    /** A metric, and what it is now. */
    public record Metric(boolean grows, String name, String description, Map<String, String> tags, LongSupplier value) {
        /** Its name and its tags but the broker's. */
        public String key() {
            Map<String, String> own = new TreeMap<>(tags);
            own.remove("broker");
            return own.isEmpty() ? name : name + own;
        }
    }

    private final List<Metric> metrics = new ArrayList<>();

    @Override
    public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
        return add(new Metric(true, name, description, tags, value));
    }

    @Override
    public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
        return add(new Metric(false, name, description, tags, value));
    }

    private synchronized Registration add(Metric metric) {
        metrics.add(metric);
        return () -> remove(metric);
    }

    private synchronized void remove(Metric metric) {
        metrics.remove(metric);
    }

    /** Those that are registered. */
    public synchronized List<Metric> all() {
        return List.copyOf(metrics);
    }

    /** The sum of all of this name; of one when the key names its tags. */
    public long sum(String nameOrKey) {
        List<Metric> found = all().stream()
                .filter(each -> each.name().equals(nameOrKey) || each.key().equals(nameOrKey))
                .toList();
        if (found.isEmpty()) {
            throw new AssertionError("no metric " + nameOrKey + " among " + all());
        }
        return found.stream().mapToLong(each -> each.value().getAsLong()).sum();
    }
}
