package io.maxmq.core.observe;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MetricsTest {

    private final LoopCounters first = new LoopCounters();
    private final LoopCounters second = new LoopCounters();
    private final MapSink sink = new MapSink();
    private final Metrics metrics = new Metrics("b", sink, new Loggers("b"));

    @Test
    void sumsTheCountersOfAllLoops() {
        metrics.registerLoops(List.of(first, second));

        first.received(QoS.AT_LEAST_ONCE, 3);
        second.received(QoS.AT_LEAST_ONCE, 4);
        second.sent(QoS.EXACTLY_ONCE, 5);
        first.increment(Counter.CONNECTIONS);
        second.add(Counter.CONNECTIONS, 2);
        second.add(Counter.CONNECTIONS, -1);
        first.dropped(DropReason.QUEUE_FULL_BYTES, 2, 100);
        second.dropped(DropReason.QUEUE_FULL_BYTES, 1, 50);

        assertThat(sink.value("maxmq.messages.received", Map.of("broker", "b", "qos", "1")))
                .isEqualTo(7);
        assertThat(sink.value("maxmq.messages.received", Map.of("broker", "b", "qos", "0")))
                .isZero();
        assertThat(sink.value("maxmq.messages.sent", Map.of("broker", "b", "qos", "2")))
                .isEqualTo(5);
        assertThat(sink.value("maxmq.connections", Map.of("broker", "b"))).isEqualTo(2);
        Map<String, String> full = Map.of("broker", "b", "reason", "queue_full_bytes");
        assertThat(sink.value("maxmq.messages.dropped", full)).isEqualTo(3);
        assertThat(sink.value("maxmq.messages.dropped.bytes", full)).isEqualTo(150);
    }

    @Test
    void everyCounterHasItsOwnMetricAndSlot() {
        metrics.registerLoops(List.of(first));

        int n = 0;
        for (Counter counter : Counter.values()) {
            first.add(counter, ++n);
        }
        for (DropReason reason : DropReason.values()) {
            int bytes = ++n;
            first.dropped(reason, ++n, bytes);
        }
        for (PacketType type : PacketType.values()) {
            for (int i = ++n; i > 0; i--) {
                first.packetReceived(type);
            }
            for (int i = ++n; i > 0; i--) {
                first.packetSent(type);
            }
        }

        // Each direction lacks four types that only the other direction has.
        assertThat(sink.metrics)
                .hasSize(Counter.values().length
                        + 2 * DropReason.values().length
                        + 2 * (PacketType.values().length - 4));
        // PUBLISH is a sum over QoS; tested separately below.
        assertThat(sink.metrics.entrySet().stream()
                        .filter(each -> !each.getKey().contains("type=publish"))
                        .mapToLong(each -> each.getValue().getAsLong())
                        .distinct())
                .hasSize(sink.metrics.size() - 2);
    }

    @Test
    void publishPacketsIncludeAllQosAndResentOnes() {
        metrics.registerLoops(List.of(first, second));

        first.received(QoS.AT_MOST_ONCE, 1);
        second.received(QoS.AT_LEAST_ONCE, 2);
        first.received(QoS.EXACTLY_ONCE, 4);
        first.sent(QoS.AT_MOST_ONCE, 1);
        first.sent(QoS.AT_LEAST_ONCE, 2);
        second.sent(QoS.EXACTLY_ONCE, 4);
        first.add(Counter.RESENT, 8);

        Map<String, String> publish = Map.of("broker", "b", "type", "publish");
        assertThat(sink.value("maxmq.packets.received", publish)).isEqualTo(7);
        assertThat(sink.value("maxmq.packets.sent", publish)).isEqualTo(15);
    }

    @Test
    void closeRemovesEachMetricOnce() {
        metrics.registerLoops(List.of(first));
        Registration one = metrics.counter("x", "x", Map.of(), () -> 1);

        one.close();
        assertThat(sink.metrics).doesNotContainKey("x{broker=b}");
        one.close();
        metrics.close();
        metrics.close();

        assertThat(sink.metrics).isEmpty();
        assertThat(sink.closedTwice).isFalse();
    }

    @Test
    void metricsOfExtensionsHaveTheBrokerTagAndEndOnClose() {
        metrics.forExtensions().gauge("rules.running", "Rules", Map.of("kind", "sql"), () -> 9);

        assertThat(sink.value("rules.running", Map.of("broker", "b", "kind", "sql")))
                .isEqualTo(9);
        metrics.close();
        assertThat(sink.metrics).isEmpty();
    }

    @Test
    void throwingSinkDoesNotFailTheRegistration() {
        Metrics broken = new Metrics(
                "b",
                new MetricsSink() {
                    @Override
                    public Registration counter(
                            String name, String description, Map<String, String> tags, LongSupplier value) {
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public Registration gauge(
                            String name, String description, Map<String, String> tags, LongSupplier value) {
                        return () -> {
                            throw new IllegalStateException("on purpose");
                        };
                    }
                },
                new Loggers("b"));

        broken.registerLoops(List.of(first));
        broken.close();
    }

    private static final class MapSink implements MetricsSink {
        private final Map<String, LongSupplier> metrics = new HashMap<>();
        private boolean closedTwice;

        @Override
        public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
            return gauge(name, description, tags, value);
        }

        @Override
        public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
            String key = key(name, tags);
            assertThat(metrics.put(key, value)).as("two metrics " + key).isNull();
            return () -> closedTwice |= metrics.remove(key) == null;
        }

        long value(String name, Map<String, String> tags) {
            return metrics.get(key(name, tags)).getAsLong();
        }

        private static String key(String name, Map<String, String> tags) {
            return name + new TreeMap<>(tags);
        }
    }
}
