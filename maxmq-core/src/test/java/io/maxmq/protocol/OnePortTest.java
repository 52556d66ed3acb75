package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.RecordedMetrics;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.TestWebSocket;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.WebSocketListener;
import io.maxmq.core.transport.WebSocketBytes;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limit.Action;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.limit.Limits;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.ConnectionOpened;
import io.maxmq.spi.event.BrokerEvent.ProtocolError;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** MQTT and WebSocket on one port. */
class OnePortTest {
    private static final byte[] CONNECT = {0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 2, 'i', 'd'};
    private static final byte[] ALLOWED = {0x20, 2, 0, 0};

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable TestBroker running;

    private TestBroker start(WebSocketListener listener) {
        running = TestBroker.start(builder -> builder.metrics(metrics).listener(listener.withName("both")));
        return running;
    }

    private Socket tcp() throws IOException {
        Listeners.Bound to = running.broker().listeners().named("both");
        Socket socket = new Socket(to.host(), to.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        opened.add(socket);
        return socket;
    }

    private void roundTrip(Socket over, String clientId) {
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, over);
        opened.add(client);
        client.connect(clientId, true);
        client.subscribe("t/" + clientId, QoS.AT_LEAST_ONCE);
        client.send(TestClient.message("t/" + clientId, "x".repeat(100_000), QoS.AT_MOST_ONCE, 0));
        client.expectMessage("t/" + clientId, "x".repeat(100_000));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        if (running != null) {
            running.close();
        }
    }

    @Test
    void clientsSpeakEither() throws Exception {
        start(Listener.tcpAndWebSocket(0));

        roundTrip(tcp(), "plain");
        roundTrip(TestWebSocket.open(tcp(), "/mqtt"), "web");

        assertThat(running.broker().listeners().named("both").kind()).isEqualTo("tcp+ws");
        assertThat(running.broker().listeners().tcp().name()).isEqualTo("both");
        assertThat(metrics.sum("maxmq.websocket.handshakes{result=done}")).isEqualTo(1);
    }

    @Test
    void clientsSpeakEitherBehindTls(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker");
        start(Listener.tlsAndWebSocket(0, Tls.pem(server.certificateFile(), server.keyFile())));
        SSLSocketFactory tls = authority.client(null).getSocketFactory();
        Listeners.Bound to = running.broker().listeners().named("both");

        roundTrip(tls.createSocket(to.host(), to.port()), "plain");
        roundTrip(TestWebSocket.open(tls.createSocket(to.host(), to.port()), "/mqtt"), "web");

        assertThat(to.kind()).isEqualTo("tls+wss");
    }

    @Test
    void isToldHoweverTheBytesAreCut() throws Exception {
        start(Listener.tcpAndWebSocket(0));
        byte[] head = ("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Protocol: mqtt\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] frame = WebSocketBytes.frame(true, 2, CONNECT, 0x01020304);
        byte[] request = ByteBuffer.allocate(head.length + frame.length)
                .put(head)
                .put(frame)
                .array();

        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            try (Socket plain = tcp();
                    Socket web = tcp()) {
                sendInParts(plain, CONNECT, random);
                sendInParts(web, request, random);

                assertThat(plain.getInputStream().readNBytes(ALLOWED.length))
                        .as("seed %d", seed)
                        .isEqualTo(ALLOWED);
                assertThat(endOf(web)).as("seed %d", seed).isEqualTo(ALLOWED);
            }
        }
    }

    private static void sendInParts(Socket to, byte[] bytes, Random random) throws IOException {
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : bytes.length));
            to.getOutputStream().write(bytes, at, length);
            at += length;
        }
    }

    /** What comes in the frame behind the answer's head. */
    private static byte[] endOf(Socket web) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = web.getInputStream().read();
            assertThat(next).as("closed after: %s", answer).isNotNegative();
            answer.append((char) next);
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 101 ");
        assertThat(web.getInputStream().readNBytes(2)).containsExactly(0x82, ALLOWED.length);
        return web.getInputStream().readNBytes(ALLOWED.length);
    }

    @Test
    void otherRequestsAreAnswered() throws Exception {
        start(Listener.tcpAndWebSocket(0));

        assertThat(TestWebSocket.answer(tcp(), "POST /mqtt HTTP/1.1")).startsWith("HTTP/1.1 405 ");
    }

    @Test
    void whatIsNeitherIsNotMqtt() throws Exception {
        start(Listener.tcpAndWebSocket(0));
        Socket socket = tcp();
        socket.getOutputStream().write(new byte[] {0x16, 3, 1, 0, 5});

        assertThat(socket.getInputStream().read()).isNegative();
        assertThat(running.events().await(ProtocolError.class).reasonCode()).isNotNull();
    }

    @Test
    void whoSendsNothingHasNoLongerThanElsewhere() throws Exception {
        start(Listener.tcpAndWebSocket(0));
        Socket socket = tcp();
        running.events().await(ConnectionOpened.class);

        running.clock().advance(Duration.ofSeconds(11));

        assertThat(socket.getInputStream().read()).isNegative();
        assertThat(running.events().await(ConnectRefused.class).reasonCode())
                .isEqualTo(ReasonCode.MAXIMUM_CONNECT_TIME);
    }

    @Test
    void aForwarderThatSpeaksMqttIsAskedAboutItself() throws Exception {
        Limits one = Limits.of(
                Limit.connectionRate(Scope.ADDRESS, 1, Duration.ofMinutes(1)).action(Action.DISCONNECT));
        WebSocketListener listener = Listener.tcpAndWebSocket(0).withForwarders(List.of(Cidr.parse("127.0.0.0/8")));
        running = TestBroker.start(builder -> builder.rateLimiter(one).listener(listener.withName("both")));

        roundTrip(TestWebSocket.open(tcp(), "/mqtt", "X-Forwarded-For: 198.51.100.7"), "web");
        roundTrip(tcp(), "plain");

        Socket third = tcp();
        third.getOutputStream().write(CONNECT);
        assertThat(isClosed(third)).isTrue();
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return true; // a reset
        }
    }
}
