package io.maxmq.opentelemetry;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OpenTelemetryTracingTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PUBLISHER_SPAN = "b7ad6b7169203331";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + PUBLISHER_SPAN + "-01";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider tracers = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final OpenTelemetry openTelemetry =
            OpenTelemetrySdk.builder().setTracerProvider(tracers).build();
    private final OpenTelemetryTracing tracing = OpenTelemetryTracing.of(openTelemetry);

    @AfterEach
    void close() {
        tracers.close();
    }

    private static MaxMQ broker(OpenTelemetryTracing tracing) {
        return MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .extension(tracing)
                .start();
    }

    @Test
    void spanOfAPublishContinuesTheTraceOfItsPublisher() throws Exception {
        try (MaxMQ broker = broker(tracing);
                Publisher publisher = new Publisher(broker)) {
            publisher.publish("devices/1", "traceparent", TRACEPARENT, "tracestate", "vendor=x");

            assertThat(exporter.getFinishedSpanItems()).singleElement().satisfies(span -> {
                assertThat(span.getName()).isEqualTo("publish devices/1");
                assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
                assertThat(span.getTraceId()).isEqualTo(TRACE);
                assertThat(span.getParentSpanId()).isEqualTo(PUBLISHER_SPAN);
                assertThat(span.getParentSpanContext().getTraceState().get("vendor"))
                        .isEqualTo("x");
                assertThat(attribute(span, "messaging.system")).isEqualTo("mqtt");
                assertThat(attribute(span, "messaging.destination.name")).isEqualTo("devices/1");
                assertThat(attribute(span, "messaging.client.id")).isEqualTo("publisher");
                assertThat(span.getAttributes().get(AttributeKey.longKey("messaging.message.body.size")))
                        .isEqualTo(4);
            });
        }
    }

    @Test
    void messagesWithoutAValidTraceContextGetNoSpan() throws Exception {
        try (MaxMQ broker = broker(tracing);
                Publisher publisher = new Publisher(broker)) {
            publisher.publish("a");
            publisher.publish("a", "other", TRACEPARENT);
            publisher.publish("a", "traceparent", "00-malformed");

            assertThat(exporter.getFinishedSpanItems()).isEmpty();
        }
    }

    @Test
    void messagesOfTheApplicationAreTraced() throws Exception {
        try (MaxMQ broker = broker(tracing)) {
            broker.publish(Message.builder("a")
                            .userProperty("traceparent", TRACEPARENT)
                            .build())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);

            assertThat(exporter.getFinishedSpanItems())
                    .singleElement()
                    .satisfies(span ->
                            assertThat(attribute(span, "messaging.client.id")).isNull());
        }
    }

    @Test
    void filtersLimitTracingAndNameSpans() throws Exception {
        try (MaxMQ broker = broker(tracing.withTopics("devices/+", "rooms/#"));
                Publisher publisher = new Publisher(broker)) {
            publisher.publish("devices/1", "traceparent", TRACEPARENT);
            publisher.publish("other", "traceparent", TRACEPARENT);

            assertThat(exporter.getFinishedSpanItems()).singleElement().satisfies(span -> {
                assertThat(span.getName()).isEqualTo("publish devices/+");
                assertThat(attribute(span, "messaging.destination.template")).isEqualTo("devices/+");
                assertThat(attribute(span, "messaging.destination.name")).isEqualTo("devices/1");
            });
        }
    }

    @Test
    void deliveriesGetSpansWhenAskedForAndKeepTheTraceContext() throws Exception {
        try (MaxMQ broker = broker(tracing.withDeliveries());
                Publisher publisher = new Publisher(broker)) {
            MqttClient subscriber = client(broker, "subscriber");
            BlockingQueue<MqttMessage> received = new LinkedBlockingQueue<>();
            subscriber.subscribe(
                    new MqttSubscription[] {new MqttSubscription("#", 1)},
                    new IMqttMessageListener[] {(topic, message) -> received.add(message)});

            publisher.publish("a", "traceparent", TRACEPARENT);

            assertThat(received.poll(30, TimeUnit.SECONDS).getProperties().getUserProperties())
                    .containsExactly(new UserProperty("traceparent", TRACEPARENT));
            assertThat(exporter.getFinishedSpanItems())
                    .extracting(SpanData::getName)
                    .containsExactlyInAnyOrder("publish a", "deliver a");
            assertThat(exporter.getFinishedSpanItems())
                    .filteredOn(each -> each.getName().startsWith("deliver"))
                    .singleElement()
                    .satisfies(span -> {
                        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
                        assertThat(span.getParentSpanId()).isEqualTo(PUBLISHER_SPAN);
                        assertThat(attribute(span, "messaging.client.id")).isEqualTo("subscriber");
                    });
            subscriber.disconnect();
            subscriber.close();
        }
    }

    @Test
    void failureOfOpenTelemetryDoesNotAffectMessages() throws Exception {
        OpenTelemetry failing = new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return new TracerProvider() {
                    @Override
                    public Tracer get(String scope) {
                        return name -> {
                            throw new IllegalStateException("on purpose");
                        };
                    }

                    @Override
                    public Tracer get(String scope, String version) {
                        return get(scope);
                    }
                };
            }

            @Override
            public ContextPropagators getPropagators() {
                return ContextPropagators.noop();
            }
        };
        try (MaxMQ broker = broker(OpenTelemetryTracing.of(failing));
                Publisher publisher = new Publisher(broker)) {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            broker.subscribe("#", message -> received.add(message.topic()))
                    .active()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);

            publisher.publish("a", "traceparent", TRACEPARENT);

            assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("a");
        }
    }

    @Test
    void topicFiltersAreChecked() {
        assertThatThrownBy(() -> tracing.withTopics("a/#/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(tracing::withTopics)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topic filters must not be empty");
    }

    private static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }

    private static MqttClient client(MaxMQ broker, String id) throws MqttException {
        MqttClient client =
                new MqttClient("tcp://127.0.0.1:" + broker.listeners().tcp().port(), id, new MemoryPersistence());
        client.connect();
        return client;
    }

    /** A client whose publications are acknowledged when {@code publish} returns. */
    private static final class Publisher implements AutoCloseable {
        private final MqttClient client;

        Publisher(MaxMQ broker) throws MqttException {
            client = client(broker, "publisher");
        }

        /** @param properties names and values in turn */
        void publish(String topic, String... properties) throws MqttException {
            MqttMessage message = new MqttMessage("text".getBytes(StandardCharsets.UTF_8));
            message.setQos(1);
            MqttProperties sent = new MqttProperties();
            List<UserProperty> user = new ArrayList<>();
            for (int i = 0; i < properties.length; i += 2) {
                user.add(new UserProperty(properties[i], properties[i + 1]));
            }
            sent.setUserProperties(user);
            message.setProperties(sent);
            client.publish(topic, message);
        }

        @Override
        public void close() throws MqttException {
            client.disconnect();
            client.close();
        }
    }
}
