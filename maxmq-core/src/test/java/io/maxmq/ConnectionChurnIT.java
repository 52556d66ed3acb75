package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Listener;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Clients that are gone again before the broker has answered, while they go over to another loop: nothing is left. */
class ConnectionChurnIT {
    private static final int CLIENTS = 400;

    /** Readings by name; those with the tag {@code reason} are summed. */
    private static final class Gauges implements MetricsSink {
        private final Map<String, LongSupplier> values = new ConcurrentHashMap<>();

        @Override
        public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
            values.merge(name, value, (one, other) -> () -> one.getAsLong() + other.getAsLong());
            return Registration.NONE;
        }

        @Override
        public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
            return counter(name, description, tags, value);
        }

        long of(String name) {
            return values.get(name).getAsLong();
        }

        void await(String name, long value) throws InterruptedException {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (of(name) != value && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(of(name)).as(name).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLeftOfClientsThatLeaveAtOnce(boolean overTcp) throws Exception {
        Gauges gauges = new Gauges();
        try (MaxMQ broker = MaxMQ.builder()
                .name("churn-" + overTcp)
                .loops(4)
                .listener(Listener.tcp("127.0.0.1", 0))
                .allowAnonymous()
                .metrics(gauges)
                .start()) {
            for (int i = 0; i < CLIENTS; i++) {
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket(broker, overTcp));
                client.send(
                        Connect.of(ProtocolVersion.MQTT_5, "client-" + i, true, 0),
                        new Subscribe(
                                1, Properties.NONE, List.of(RequestedSubscription.of("a/" + i, QoS.AT_LEAST_ONCE))));
                client.close();
            }

            gauges.await("maxmq.connections.accepted", CLIENTS);
            gauges.await("maxmq.connections.closed", CLIENTS);
            gauges.await("maxmq.connections", 0);
            gauges.await("maxmq.clients", 0);
            gauges.await("maxmq.sessions", 0);
            for (String left : List.of(
                    "maxmq.subscriptions",
                    "maxmq.queue.messages",
                    "maxmq.inflight.messages",
                    "maxmq.queue.bytes",
                    "maxmq.network.held.bytes")) {
                assertThat(gauges.of(left)).as(left).isZero();
            }
            TestClient last = new TestClient(ProtocolVersion.MQTT_5, socket(broker, overTcp));
            last.connect("last", true);
            last.ping();
            last.close();
        }
        assertThat(RecordedLogs.errorsOf("churn-" + overTcp)).isEmpty();
    }

    private static Socket socket(MaxMQ broker, boolean overTcp) throws IOException {
        Listeners.Bound tcp = broker.listeners().tcp();
        return overTcp
                ? new Socket(tcp.host(), tcp.port())
                : broker.socketFactory().createSocket("in-memory", 1);
    }
}
