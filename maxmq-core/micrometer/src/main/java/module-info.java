/** Metrics of a broker in a Micrometer registry. Start at {@link io.maxmq.micrometer.MicrometerMetrics}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.micrometer {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires micrometer.core;

    exports io.maxmq.micrometer;
}
