package io.maxmq.micrometer;

import io.maxmq.spi.Registration;
import io.maxmq.spi.Stable;
import io.maxmq.spi.event.MetricsSink;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Publishes a broker's metrics in a Micrometer registry: {@code MaxMQ.builder().metrics(new
 * MicrometerMetrics(registry))}. They are listed in {@code METRICS.md}.
 * <p>A counter becomes a function counter, any other metric a gauge: the broker's numbers are read when the registry
 * is, and counting costs what it costs without a registry. Metrics whose name ends in {@code .bytes} have the base unit
 * bytes. The tag {@code broker} is the broker's name; brokers that share a registry need different names. The registry
 * holds its meters strongly; when the broker closes, they are removed.
 *
 *
 * <p>Needs {@code io.micrometer:micrometer-core}, which is an optional dependency: add it yourself, as a module {@code
 * micrometer.core}. Thread-safe.
 *
 *
 * @since 0.1.0
 */
@Stable
public final class MicrometerMetrics implements MetricsSink {
    // Apart, so that this class can be loaded, and say what is missing, without Micrometer.
    private final Meters meters;

    /** Shows in this registry the metrics of every broker that gets this sink. */
    @SuppressWarnings("exports") // a program with a registry has its module
    public MicrometerMetrics(MeterRegistry registry) {
        this.meters = new Meters(registry);
    }

    /**
     * Shows in Micrometer's global registry, {@code io.micrometer.core.instrument.Metrics.globalRegistry}.
     *
     * @throws IllegalStateException when Micrometer is missing; names the artifact to add
     */
    public static MicrometerMetrics global() {
        try {
            return new MicrometerMetrics(GlobalRegistry.get());
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "Micrometer is missing: add io.micrometer:micrometer-core, as a module micrometer.core", e);
        }
    }

    /**
     * A function counter.
     *
     * @throws IllegalArgumentException when the registry has such a meter
     */
    @Override
    public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
        return meters.counter(name, description, tags, value);
    }

    /**
     * A gauge.
     *
     * @throws IllegalArgumentException when the registry has such a meter
     */
    @Override
    public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
        return meters.gauge(name, description, tags, value);
    }
}
