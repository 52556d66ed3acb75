package io.maxmq.opentelemetry;

import io.maxmq.spi.Preview;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Interceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Continues traces in the broker: {@code MaxMQ.builder().extension(OpenTelemetryTracing.of(openTelemetry))}.
 *
 * <p>A message that carries the user property {@code traceparent} (W3C Trace Context, MQTT 5.0 §3.3.2.3.7), with or without
 * {@code tracestate}, gets a span {@code publish DESTINATION} when the broker receives it; {@link #withDeliveries} adds a span {@code deliver
 * DESTINATION} for each PUBLISH to a client. The parent of both is the span of the publisher. The broker forwards the user properties
 * unchanged, so a subscriber continues the publisher's trace as well. Spans mark a moment: they end when they begin.
 *
 * <p>Names and attributes follow OpenTelemetry's conventions for messaging: {@code messaging.system} is {@code mqtt}, and
 * {@code DESTINATION} is the first of the {@linkplain #withTopics topic filters} that matches, else the topic.
 *
 * <p><b>Cost:</b> the broker looks for {@code traceparent} in the properties of each PUBLISH, and only a message that has it costs a call,
 * a message object and a span. {@link #withDeliveries} costs a small object per delivery in addition, with or without a trace. A failure of
 * OpenTelemetry is logged, and the message goes on.
 *
 * <p>Immutable and thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class OpenTelemetryTracing implements Extension {
    private static final String SCOPE = "io.maxmq";

    private final Tracer tracer;
    private final TracedTopics topics;
    private final boolean deliveries;

    private OpenTelemetryTracing(Tracer tracer, TracedTopics topics, boolean deliveries) {
        this.tracer = tracer;
        this.topics = topics;
        this.deliveries = deliveries;
    }

    /** Traces publications to all topics. The tracer's instrumentation scope is {@code io.maxmq}. */
    @SuppressWarnings("exports") // the module of the caller reads OpenTelemetry
    public static OpenTelemetryTracing of(OpenTelemetry openTelemetry) {
        return new OpenTelemetryTracing(openTelemetry.getTracer(SCOPE), TracedTopics.ALL, false);
    }

    /** Adds a span for each PUBLISH that the broker sends to a client for the first time, or again on another connection. */
    public OpenTelemetryTracing withDeliveries() {
        return new OpenTelemetryTracing(tracer, topics, true);
    }

    /**
     * Traces only topics that one of these filters matches. Spans are named after the filter, so that a name for each device does not
     * flood the trace storage: {@code publish devices/+/temperature}.
     *
     * @throws IllegalArgumentException when a filter is invalid (MQTT 5.0 §4.7), or there is none
     */
    public OpenTelemetryTracing withTopics(String... filters) {
        return new OpenTelemetryTracing(tracer, TracedTopics.of(List.of(filters)), deliveries);
    }

    @Override
    public List<Interceptor> interceptors() {
        MessageSpans spans = new MessageSpans(tracer, topics);
        return deliveries
                ? List.of(new PublishTracing(spans), new DeliveryTracing(spans))
                : List.of(new PublishTracing(spans));
    }

    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        return CompletableFuture.completedFuture(null);
    }
}
