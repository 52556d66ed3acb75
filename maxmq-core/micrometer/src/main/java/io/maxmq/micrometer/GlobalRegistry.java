package io.maxmq.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;

/** Looks at Micrometer's global registry; cannot be loaded without Micrometer. */
final class GlobalRegistry {
    private GlobalRegistry() {}

    static MeterRegistry get() {
        return Metrics.globalRegistry;
    }
}
