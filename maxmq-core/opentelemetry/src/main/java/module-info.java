/** Traces of messages in the broker. Start at {@link io.maxmq.opentelemetry.OpenTelemetryTracing}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.opentelemetry {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires org.slf4j;

    exports io.maxmq.opentelemetry;
}
