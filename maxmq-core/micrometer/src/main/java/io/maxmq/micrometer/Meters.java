package io.maxmq.micrometer;

import io.maxmq.spi.Registration;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one registry. A registry refers to what its meters read weakly; the function of each meter here holds the
 * same object, so that a meter reads as long as it is there. Thread-safe.
 */
final class Meters {
    private final MeterRegistry registry;

    Meters(MeterRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
        List<Tag> all = newTags(name, tags);
        return registered(FunctionCounter.builder(name, value, held -> value.getAsLong())
                .description(description)
                .baseUnit(unitOf(name))
                .tags(all)
                .register(registry));
    }

    Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
        List<Tag> all = newTags(name, tags);
        return registered(Gauge.builder(name, value, held -> value.getAsLong())
                .description(description)
                .baseUnit(unitOf(name))
                .tags(all)
                .strongReference(true)
                .register(registry));
    }

    /** Registering a second meter of one name and tags would give the first one, and removing either both. */
    private List<Tag> newTags(String name, Map<String, String> tags) {
        List<Tag> all = tags.entrySet().stream()
                .map(each -> Tag.of(each.getKey(), each.getValue()))
                .toList();
        if (registry.find(name).tags(all).meter() != null) {
            throw new IllegalArgumentException(
                    "the registry has this meter; brokers that share one need different names: " + name + tags);
        }
        return all;
    }

    private Registration registered(Meter meter) {
        return () -> registry.remove(meter);
    }

    private static @Nullable String unitOf(String name) {
        return name.endsWith(".bytes") ? BaseUnits.BYTES : null;
    }
}
