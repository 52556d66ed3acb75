package io.maxmq.micrometer;

import io.maxmq.RecordedMetrics;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MicrometerMetricsTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry);

    private static void publishOnce(TestBroker broker) {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.publish("b", "payload", QoS.AT_LEAST_ONCE);
    }

    @Test
    void showsWhatTheBrokerCounts() {
        try (TestBroker broker = TestBroker.start(builder -> builder.metrics(metrics))) {
            publishOnce(broker);

            String name = broker.broker().name();
            assertThat(registry.get("maxmq.messages.received")
                            .tags("broker", name, "qos", "1")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("maxmq.subscriptions")
                            .tag("broker", name)
                            .gauge()
                            .value())
                    .isEqualTo(1);
            Meter.Id bytes =
                    registry.get("maxmq.network.received.bytes").meter().getId();
            assertThat(bytes.getBaseUnit()).isEqualTo("bytes");
            assertThat(bytes.getDescription()).isEqualTo("Bytes read from connections");
            assertThat(registry.get("maxmq.sessions").meter().getId().getBaseUnit())
                    .isNull();
        }
    }

    @Test
    void showsAllThatTheBrokerRegistersAndTakesItBackWhenItCloses() {
        RecordedMetrics all = new RecordedMetrics();
        try (TestBroker broker = TestBroker.start(builder -> builder.metrics(new Both(metrics, all)))) {
            assertThat(registry.getMeters()).hasSameSizeAs(all.all()).isNotEmpty();
            assertThat(broker.broker().isRunning()).isTrue();
        }

        assertThat(registry.getMeters()).isEmpty();
    }

    private record Both(MetricsSink one, MetricsSink other) implements MetricsSink {
        @Override
        public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
            return both(one.counter(name, description, tags, value), other.counter(name, description, tags, value));
        }

        @Override
        public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
            return both(one.gauge(name, description, tags, value), other.gauge(name, description, tags, value));
        }

        private static Registration both(Registration first, Registration second) {
            return () -> {
                first.close();
                second.close();
            };
        }
    }

    @Test
    void brokersShareARegistry() {
        try (TestBroker stays = TestBroker.start(builder -> builder.metrics(metrics))) {
            int ofOne = registry.getMeters().size();
            try (TestBroker goes = TestBroker.start(builder -> builder.metrics(metrics))) {
                assertThat(registry.getMeters()).hasSize(2 * ofOne);
                publishOnce(goes);
            }

            assertThat(registry.getMeters())
                    .hasSize(ofOne)
                    .allMatch(each -> stays.broker().name().equals(each.getId().getTag("broker")));
            assertThat(registry.get("maxmq.messages.received").functionCounters())
                    .allMatch(each -> each.count() == 0);
        }
    }

    @Test
    void aSecondMeterOfOneNameAndTagsIsRefusedAndTheFirstStays() {
        Map<String, String> tags = Map.of("broker", "twin");
        metrics.counter("a.count", "first", tags, () -> 1);
        metrics.gauge("a.level", "first", tags, () -> 2);

        assertThatThrownBy(() -> metrics.counter("a.count", "second", tags, () -> 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("different names")
                .hasMessageContaining("a.count{broker=twin}");
        assertThatThrownBy(() -> metrics.gauge("a.level", "second", tags, () -> 4))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(registry.get("a.count").functionCounter().count()).isEqualTo(1);
        assertThat(registry.get("a.level").gauge().value()).isEqualTo(2);
    }

    /** Micrometer forgets what its meters read, unless it is held. */
    @Test
    void aMeterReadsThoughNobodyElseHoldsWhatItReads() {
        for (int i = 0; i < 10; i++) {
            long[] value = {7 + i};
            metrics.counter("held.count." + i, "held", Map.of(), () -> value[0]);
            metrics.gauge("held.level." + i, "held", Map.of(), () -> value[0]);
        }

        WeakReference<Object> witness = new WeakReference<>(new Object());
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (witness.get() != null) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            System.gc();
        }

        for (int i = 0; i < 10; i++) {
            assertThat(registry.get("held.count." + i).functionCounter().count())
                    .isEqualTo(7 + i);
            assertThat(registry.get("held.level." + i).gauge().value()).isEqualTo(7 + i);
        }
    }

    /** Prometheus wants the same tags for one name, and some endings for itself. */
    @Test
    void prometheusShowsThemAll() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        prometheus.throwExceptionOnRegistrationFailure();
        RecordedMetrics all = new RecordedMetrics();
        MetricsSink sink = new Both(new MicrometerMetrics(prometheus), all);
        try (TestBroker broker = TestBroker.start(builder -> builder.metrics(sink))) {
            publishOnce(broker);

            List<String> lines = prometheus.scrape().lines().toList();

            String name = broker.broker().name();
            assertThat(lines)
                    .contains("maxmq_messages_received_total{broker=\"" + name + "\",qos=\"1\"} 1.0")
                    .contains("maxmq_sessions{broker=\"" + name + "\"} 1.0")
                    .contains("maxmq_sessions_started_total{broker=\"" + name + "\"} 1.0");
            List<String> samples =
                    lines.stream().filter(each -> !each.startsWith("#")).toList();
            assertThat(samples).hasSameSizeAs(all.all());
            assertThat(samples)
                    .extracting(each -> each.substring(0, each.indexOf('{')))
                    .containsOnlyElementsOf(all.all().stream()
                            .map(each -> each.name().replace('.', '_') + (each.grows() ? "_total" : ""))
                            .collect(Collectors.toSet()));
        }
        assertThat(prometheus.getMeters()).isEmpty();
    }

    @Test
    void theGlobalRegistryIsMicrometersOwn() {
        Registration registered = MicrometerMetrics.global().gauge("global.level", "level", Map.of(), () -> 1);

        assertThat(Metrics.globalRegistry.find("global.level").gauge()).isNotNull();
        registered.close();
        assertThat(Metrics.globalRegistry.find("global.level").gauge()).isNull();
    }

    @Test
    void withoutMicrometerTheErrorNamesTheArtifact() throws Exception {
        Class<?> withoutMicrometer = new WithoutMicrometer().loadClass(MicrometerMetrics.class.getName());
        assertThat(withoutMicrometer).isNotSameAs(MicrometerMetrics.class);

        assertThatThrownBy(() -> withoutMicrometer.getMethod("global").invoke(null))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("io.micrometer:micrometer-core");
    }

    /** Loads the binding anew, and finds no Micrometer. */
    private static final class WithoutMicrometer extends ClassLoader {
        WithoutMicrometer() {
            super(MicrometerMetricsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.maxmq.micrometer.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
            try (InputStream in = MicrometerMetrics.class.getResourceAsStream(file)) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
