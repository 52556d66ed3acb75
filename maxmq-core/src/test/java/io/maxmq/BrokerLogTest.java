package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.config.Listener;
import io.maxmq.spi.admin.Ban;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The lines that an operator sees at the default level. */
class BrokerLogTest {

    private static void await(RecordedLogs.Watch watch, Predicate<String> line) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (watch.lines().stream().noneMatch(line)) {
            assertThat(System.nanoTime()).as("%s", watch.lines()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    @Test
    void namesVersionsListenersStorageAndLimitsAtTheStart() {
        try (RecordedLogs.Watch watch = RecordedLogs.watch("log-start");
                MaxMQ broker = MaxMQ.builder()
                        .name("log-start")
                        .listener(Listener.tcp(0).withName("plain"))
                        .allowAnonymous()
                        .start()) {
            assertThat(watch.lines())
                    .anyMatch(line -> line.startsWith("INFO MaxMQ ") && line.contains(" on Java "))
                    .contains("INFO listener plain (tcp) was bound to "
                            + broker.listeners().tcp().address())
                    .contains("INFO storage: in memory, it ends with the broker")
                    .anyMatch(
                            line -> line.startsWith("INFO limits: memory ") && line.contains("packets up to 1048576"));
        }
    }

    @Test
    void namesARefusedClientWithAddressAndReason() throws Exception {
        try (TestBroker broker = TestBroker.start(builder ->
                        builder.listener(Listener.tcp("127.0.0.1", 0)).ban(Ban.client("bad")));
                RecordedLogs.Watch watch = RecordedLogs.watch(broker.broker().name())) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(Connect.of(ProtocolVersion.MQTT_5, "bad", true, 0));
            client.expect(ConnAck.class);
            client.expectEnd();

            await(
                    watch,
                    line -> line.startsWith("INFO client bad address=")
                            && line.contains(" listener=")
                            && line.contains(" was refused: BANNED"));
        }
    }

    @Test
    void limitsTheLinesOfAFlood() throws Exception {
        try (TestBroker broker = TestBroker.start(builder -> builder.listener(Listener.webSocket("127.0.0.1", 0)));
                RecordedLogs.Watch watch = RecordedLogs.watch(broker.broker().name())) {
            int port = broker.broker().listeners().all().get(0).port();
            for (int i = 0; i < 30; i++) {
                request(port, "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n");
            }

            await(watch, line -> line.startsWith("INFO WebSocket request of /127.0.0.1:"));
            assertThat(watch.lines().stream().filter(line -> line.startsWith("INFO WebSocket request")))
                    .hasSizeLessThanOrEqualTo(20);
        }
    }

    private static void request(int port, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }
}
