package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.MaxMQBuilder;
import io.maxmq.RecordedMetrics;
import io.maxmq.Spec;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.TestWebSocket;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import io.maxmq.config.WebSocketListener;
import io.maxmq.core.transport.WebSocketBytes;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.WebSocketRefused;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** MQTT over WebSocket (MQTT 5.0 §6, RFC 6455). */
class WebSocketTest {
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable TestBroker running;

    private TestBroker start(WebSocketListener listener) {
        return start(listener, builder -> builder);
    }

    private TestBroker start(WebSocketListener listener, UnaryOperator<MaxMQBuilder> more) {
        running =
                TestBroker.start(builder -> more.apply(builder.metrics(metrics).listener(listener.withName("ws"))));
        return running;
    }

    private Socket tcp() throws IOException {
        Listeners.Bound to = running.broker().listeners().named("ws");
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        opened.add(socket);
        return socket;
    }

    private TestClient client(TestWebSocket over, String clientId) {
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, over);
        opened.add(client);
        client.connect(clientId, true);
        return client;
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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void carriesMqtt() throws Exception {
        start(Listener.webSocket(0), builder -> builder.loops(3));

        for (int i = 0; i < 8; i++) { // on all loops
            TestClient client = client(TestWebSocket.open(tcp(), "/mqtt"), "c" + i);
            client.subscribe("t" + i, QoS.AT_LEAST_ONCE);
            int[] lengths = i == 0 ? new int[] {0, 100, 130, 70_000, 300_000} : new int[] {0, 100, 130};
            for (int length : lengths) {
                String payload = "x".repeat(length);
                client.send(TestClient.message("t" + i, payload, QoS.AT_MOST_ONCE, 0));
                client.expectMessage("t" + i, payload);
            }
        }

        assertThat(running.broker().listeners().named("ws").kind()).isEqualTo("ws");
        assertThat(running.broker().listeners().named("ws").connections()).isEqualTo(8);
        assertThat(metrics.sum("maxmq.websocket.handshakes{result=done}")).isEqualTo(8);
    }

    @Test
    void carriesMqttOverTlsWithCertificates(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker");
        start(Listener.secureWebSocket(
                0,
                Tls.pem(server.certificateFile(), server.keyFile())
                        .withClientCertificates(ClientCertificates.REQUIRED, authority.file())));
        Listeners.Bound to = running.broker().listeners().named("ws");
        Issued device = authority.issue("device");
        Socket socket = authority.client(device).getSocketFactory().createSocket(to.host(), to.port());

        TestWebSocket webSocket = TestWebSocket.open(socket, "/mqtt");
        TestClient client = client(webSocket, "c");
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        client.send(TestClient.message("t", "x".repeat(100_000), QoS.AT_MOST_ONCE, 0));
        client.expectMessage("t", "x".repeat(100_000));

        assertThat(to.kind()).isEqualTo("wss");
        assertThat(running.events()
                        .await(ClientConnected.class)
                        .client()
                        .tls()
                        .orElseThrow()
                        .peerCertificates())
                .containsExactly(device.certificate());
        client.send(Disconnect.of(ReasonCode.SUCCESS));
        assertThat(webSocket.awaitClose()).isEqualTo(1000);
    }

    @Test
    @Spec(value = "MQTT-6.0.0-2", v3 = "MQTT-6.0.0-2")
    void framesNeedNotBePackets() throws Exception {
        start(Listener.webSocket(0));
        TestWebSocket webSocket = TestWebSocket.open(tcp(), "/mqtt");
        byte[] connect = {0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 2, 'i', 'd'};
        byte[] ping = {(byte) 0xC0, 0};

        webSocket.sendRaw(WebSocketBytes.frame(false, 2, Arrays.copyOf(connect, 3), 0x01020304));
        webSocket.sendRaw(WebSocketBytes.frame(true, 9, bytes("between"), 7));
        webSocket.sendRaw(WebSocketBytes.frame(false, 0, new byte[0], 0));
        webSocket.sendRaw(WebSocketBytes.frame(true, 0, Arrays.copyOfRange(connect, 3, 10), -1));
        byte[] rest = Arrays.copyOf(Arrays.copyOfRange(connect, 10, 16), 10);
        System.arraycopy(ping, 0, rest, 6, 2);
        System.arraycopy(ping, 0, rest, 8, 2);
        webSocket.sendRaw(WebSocketBytes.frame(true, 2, rest, 0x55AA55AA));

        byte[] answers = webSocket.getInputStream().readNBytes(8);
        assertThat(answers).containsExactly(0x20, 2, 0, 0, 0xD0, 0, 0xD0, 0);
        assertThat(webSocket.pongs()).containsExactly("between");
    }

    @Test
    @Spec(value = "MQTT-6.0.0-4", v3 = "MQTT-6.0.0-4")
    void theRequestMayComeInPiecesWithTheFirstFrameBehindIt() throws Exception {
        start(Listener.webSocket(0));
        Socket socket = tcp();
        String head = "GET /mqtt?a=b HTTP/1.1\r\nhost: localhost\r\nUPGRADE: WebSocket\r\nConnection: upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: mqttv3.1\r\n\r\n";
        for (String part : head.split("(?<=:)")) {
            socket.getOutputStream().write(bytes(part));
        }
        byte[] connect = {0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 2, 'i', 'd'};
        socket.getOutputStream().write(WebSocketBytes.frame(true, 2, connect, 1));

        String answer = new String(socket.getInputStream().readNBytes(165), StandardCharsets.ISO_8859_1);

        // The example of RFC 6455 §1.3.
        assertThat(answer)
                .startsWith("HTTP/1.1 101 ")
                .contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("\r\nSec-WebSocket-Protocol: mqttv3.1\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /other HTTP/1.1   |                                        | 404",
                "POST /mqtt HTTP/1.1   |                                        | 405",
                "GET /mqtt HTTP/1.0    |                                        | 400",
                "GET  /mqtt HTTP/1.1   |                                        | 400",
                "GET /mqtt HTTP/1.1    | Upgrade:                               | 426",
                "GET /mqtt HTTP/1.1    | Connection: close                      | 426",
                "GET /mqtt HTTP/1.1    | Sec-WebSocket-Version: 8               | 426",
                "GET /mqtt HTTP/1.1    | Sec-WebSocket-Key: short               | 400",
                "GET /mqtt HTTP/1.1    | Sec-WebSocket-Protocol:                | 400",
                "GET /mqtt HTTP/1.1    | Sec-WebSocket-Protocol: amqp           | 400",
                "GET /mqtt HTTP/1.1    | Host:                                  | 400",
                "GET /mqtt HTTP/1.1    | Bad Name: x                            | 400",
                "GET /mqtt HTTP/1.1    | Origin: https://evil.example           | 403",
                "GET /mqtt HTTP/1.1    | Origin: null                           | 403",
            })
    void refusesOtherRequests(String request, @Nullable String field, int status) throws Exception {
        start(Listener.webSocket(0));

        String answer =
                TestWebSocket.answer(tcp(), request, field == null ? new String[0] : new String[] {field.strip()});

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(running.events().await(WebSocketRefused.class).detail()).isNotEmpty();
        assertThat(metrics.sum("maxmq.websocket.handshakes{result=failed}")).isEqualTo(1);
    }

    @Test
    void refusesPagesWhoseNameResolvesToALoopbackAddress() throws Exception {
        start(Listener.tcpAndWebSocket(0).withName("ws"));
        for (String[] fields : new String[][] {
            {"Host: evil.example", "Origin: http://evil.example"}, {"Host: evil.example:8083"}, {"Host: a b"}
        }) {
            assertThatThrownBy(() -> TestWebSocket.open(tcp(), "/mqtt", fields)).hasMessageContaining("403");
        }
        assertThat(running.events().await(WebSocketRefused.class).detail())
                .isEqualTo("the host evil.example is not allowed on a loopback address; add it to the allowed hosts");
        for (String host : List.of("127.0.0.1:8083", "[::1]:8083", "LOCALHOST")) {
            TestWebSocket.open(tcp(), "/mqtt", "Host: " + host, "Origin: http://" + host);
        }
        running.close();
        start(Listener.webSocket(0).withAllowedHosts("Broker.example"));

        TestWebSocket.open(tcp(), "/mqtt", "Host: broker.Example:8083", "Origin: http://broker.example:8083");
        assertThatThrownBy(() -> TestWebSocket.open(tcp(), "/mqtt", "Host: evil.example"))
                .hasMessageContaining("403");
    }

    @Test
    void pagesComeFromTheSameOriginOrFromWhereIsAllowed() throws Exception {
        start(Listener.webSocket(0));
        TestWebSocket.open(tcp(), "/mqtt", "Origin: http://localhost:8083");

        assertThatThrownBy(() -> TestWebSocket.open(tcp(), "/mqtt", "Origin: http://localhost:3000"))
                .hasMessageContaining("403");
        assertThatThrownBy(() -> TestWebSocket.open(tcp(), "/mqtt", "Origin: https://localhost:8083"))
                .hasMessageContaining("403");
        TestWebSocket.open(tcp(), "/mqtt"); // no page
        running.close();
        start(Listener.webSocket(0)
                .withAllowedOrigins("https://App.example.com")
                .withPath("/"));

        TestWebSocket.open(tcp(), "/", "Origin: https://app.example.com");
        assertThatThrownBy(() -> TestWebSocket.open(tcp(), "/", "Origin: http://localhost:3000"))
                .hasMessageContaining("403");
        running.close();
        start(Listener.webSocket(0).withAllowedOrigins("*"));
        TestWebSocket.open(tcp(), "/mqtt", "Origin: https://anywhere.example");
    }

    @Test
    void aHeadThatIsTooLongIsRefused() throws Exception {
        start(Listener.webSocket(0));

        String answer = TestWebSocket.answer(tcp(), "GET /mqtt HTTP/1.1", "X: " + "x".repeat(8_300));

        assertThat(answer).startsWith("HTTP/1.1 431 ");
    }

    @ParameterizedTest
    @CsvSource({
        "8101, 1002", // text, and not masked
        "8181, 1003", // text
        "8202, 1002", // not masked
        "C280, 1002", // RSV1
        "9280, 1002", // RSV3
        "8080, 1002", // continues nothing
        "8380, 1002", // reserved
        "8B80, 1002",
        "0980, 1002", // a control frame in parts
        "89FE, 1002", // a long one
        "8880, 1000",
        "82FE0001, 1002", // 1 is too short for two bytes
        "82FF0000000000000001, 1002",
        "82FFFFFFFFFFFFFFFFFF, 1002"
    })
    @Spec(value = "MQTT-6.0.0-1", v3 = "MQTT-6.0.0-1")
    void closesWithTheRightCode(String hex, int code) throws Exception {
        start(Listener.webSocket(0));
        TestWebSocket webSocket = TestWebSocket.open(tcp(), "/mqtt");
        TestClient client = client(webSocket, "c");
        client.ping();
        byte[] frame = Arrays.copyOf(ByteBufUtil.decodeHexDump(hex), Math.max(6, hex.length() / 2 + 4));

        webSocket.sendRaw(frame);

        assertThat(webSocket.awaitClose()).isEqualTo(code);
        running.awaitDisconnected("c");
    }

    @Test
    void repeatsTheCodeThatTheClientClosesWith() throws Exception {
        start(Listener.webSocket(0));
        TestWebSocket webSocket = TestWebSocket.open(tcp(), "/mqtt");
        client(webSocket, "c");

        webSocket.sendRaw(WebSocketBytes.frame(true, 8, new byte[] {0x03, (byte) 0xE9, 'b', 'y', 'e'}, 42));

        assertThat(webSocket.awaitClose()).isEqualTo(1001);
    }

    @Test
    void ofAFloodOfPingsAFewAreAnswered() throws Exception {
        start(Listener.webSocket(0));
        TestWebSocket flooder = TestWebSocket.open(tcp(), "/mqtt");
        TestClient client = client(flooder, "flooder");
        TestClient canary = client(TestWebSocket.open(tcp(), "/mqtt"), "canary");
        byte[] ping = WebSocketBytes.frame(true, 9, new byte[125], 1);
        byte[] many = new byte[ping.length * 500];
        for (int i = 0; i < 500; i++) {
            System.arraycopy(ping, 0, many, i * ping.length, ping.length);
        }

        for (int i = 0; i < 10; i++) { // of which nothing is read meanwhile
            flooder.sendRaw(many);
        }
        canary.ping();
        flooder.sendRaw(WebSocketBytes.frame(true, 9, bytes("last"), 1));
        client.ping();

        assertThat(flooder.pongs()).hasSizeLessThan(2_500).endsWith("last");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /mq", "GET /mqtt HTTP/1.1\r\nHost: x\r\n"})
    void theRequestHasUntilTheDeadlineForConnect(String part) throws Exception {
        start(
                Listener.webSocket(0),
                builder -> builder.connections(ConnectionLimits.builder()
                        .connectTimeout(Duration.ofSeconds(5))
                        .build()));
        TestClient other = client(TestWebSocket.open(tcp(), "/mqtt"), "other");
        Socket slow = tcp();
        slow.getOutputStream().write(bytes(part));
        awaitConnections(2);
        other.ping();
        running.clock().advance(Duration.ofSeconds(6));

        assertThat(slow.getInputStream().read()).isEqualTo(-1);
        other.ping();
    }

    private void awaitConnections(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (running.broker().listeners().named("ws").connections() != count) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aConnectThatWaitsBehindTheRequestIsAnswered() throws Exception {
        start(Listener.webSocket(0));
        TestClient client = new TestClient(ProtocolVersion.MQTT_3_1_1, TestWebSocket.open(tcp(), "/mqtt"));
        opened.add(client);

        client.send(Connect.of(ProtocolVersion.MQTT_3_1_1, "c", true, 0));

        assertThat(client.expect(ConnAck.class).reason().isError()).isFalse();
    }
}
