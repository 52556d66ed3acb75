package io.maxmq.core.hostile;

import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** A metrics sink that is read by name: {@code maxmq.messages.dropped{memory}}. Thread-safe. */
final class Readings implements MetricsSink {
    private final Map<String, LongSupplier> values = new ConcurrentHashMap<>();

    @Override
    public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
        values.put(key(name, tags), value);
        return Registration.NONE;
    }

    @Override
    public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
        return counter(name, description, tags, value);
    }

    private static String key(String name, Map<String, String> tags) {
        StringBuilder key = new StringBuilder(name);
        new TreeMap<>(tags).forEach((tag, value) -> {
            if (!tag.equals("broker")) {
                key.append('{').append(value).append('}');
            }
        });
        return key.toString();
    }

    /** The value now; fails when there is no such metric. */
    long value(String key) {
        LongSupplier value = values.get(key);
        if (value == null) {
            throw new AssertionError("no metric " + key + " among " + new TreeMap<>(values).keySet());
        }
        return value.getAsLong();
    }

    /** The sum of all metrics of this name. */
    long sum(String name) {
        return all().entrySet().stream()
                .filter(each -> each.getKey().equals(name) || each.getKey().startsWith(name + "{"))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** All values now, in order of their names. */
    Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        values.forEach((key, value) -> all.put(key, value.getAsLong()));
        return all;
    }
}
