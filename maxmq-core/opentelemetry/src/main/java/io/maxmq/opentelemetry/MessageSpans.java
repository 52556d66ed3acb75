package io.maxmq.opentelemetry;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.spi.Message;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records the spans of messages that carry a trace context. Thread-safe. */
final class MessageSpans {
    /** The user property with the trace context (W3C Trace Context: MQTT protocol). */
    static final String TRACEPARENT = "traceparent";

    private static final Logger LOG = LoggerFactory.getLogger(OpenTelemetryTracing.class);

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> TEMPLATE = AttributeKey.stringKey("messaging.destination.template");
    private static final AttributeKey<String> CLIENT_ID = AttributeKey.stringKey("messaging.client.id");
    private static final AttributeKey<Long> BODY_BYTES = AttributeKey.longKey("messaging.message.body.size");

    private final Tracer tracer;
    private final TracedTopics topics;
    private final AtomicBoolean failed = new AtomicBoolean();

    MessageSpans(Tracer tracer, TracedTopics topics) {
        this.tracer = tracer;
        this.topics = topics;
    }

    /** A step of a message that gets a span. */
    enum Step {
        /** The broker processes a received message. */
        PUBLISH("publish", "process", SpanKind.CONSUMER),
        /** The broker sends a message to a client; the creation context of the message stays the publisher's. */
        DELIVER("deliver", "send", SpanKind.CLIENT);

        private final String operation;
        private final String type;
        private final SpanKind kind;

        Step(String operation, String type, SpanKind kind) {
            this.operation = operation;
            this.type = type;
            this.kind = kind;
        }
    }

    boolean traces(String topic) {
        return topics.contains(topic);
    }

    /**
     * Records a span when the message has a valid trace context. Never throws a RuntimeException.
     *
     * @param clientId null for the application
     */
    void record(Step step, @Nullable String clientId, Message message) {
        if (message.userProperties().isEmpty()) {
            return;
        }
        try {
            Context parent =
                    W3CTraceContextPropagator.getInstance().extract(Context.root(), message, UserProperties.GETTER);
            if (Span.fromContext(parent).getSpanContext().isValid()) {
                start(step, clientId, message, parent).end();
            }
        } catch (RuntimeException e) {
            if (failed.compareAndSet(false, true)) {
                LOG.warn("cannot record spans of messages; later failures are logged at DEBUG", e);
            } else {
                LOG.debug("cannot record a span", e);
            }
        }
    }

    private Span start(Step step, @Nullable String clientId, Message message, Context parent) {
        String topic = message.topic();
        String template = topics.filterOf(topic);
        SpanBuilder span = tracer.spanBuilder(step.operation + ' ' + (template == null ? topic : template))
                .setParent(parent)
                .setSpanKind(step.kind)
                .setAttribute(SYSTEM, "mqtt")
                .setAttribute(OPERATION_NAME, step.operation)
                .setAttribute(OPERATION_TYPE, step.type)
                .setAttribute(DESTINATION, topic)
                .setAttribute(BODY_BYTES, (long) message.payloadLength());
        if (template != null) {
            span.setAttribute(TEMPLATE, template);
        }
        if (clientId != null) {
            span.setAttribute(CLIENT_ID, clientId);
        }
        return span.startSpan();
    }

    /** Reads the trace context from user properties; the first of a name counts. */
    private enum UserProperties implements TextMapGetter<Message> {
        GETTER;

        @Override
        public Iterable<String> keys(Message message) {
            return message.userProperties().stream().map(UserProperty::name).toList();
        }

        @Override
        public @Nullable String get(@Nullable Message message, String key) {
            if (message != null) {
                for (UserProperty each : message.userProperties()) {
                    if (each.name().equals(key)) {
                        return each.value();
                    }
                }
            }
            return null;
        }
    }
}
