package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.TestWebSocket;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.WebSocketListener;
import io.maxmq.core.transport.WebSocketBytes;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.ConnectionOpened;
import io.maxmq.spi.event.BrokerEvent.WebSocketRefused;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** WebSockets behind HTTP proxies that say whom they speak for in X-Forwarded-For. */
class ForwardedClientTest {
    private static final List<Cidr> HERE = List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("10.0.0.0/8"));
    private static final List<Cidr> ELSEWHERE = List.of(Cidr.parse("10.0.0.0/8"));
    private static final String FIELD = "X-Forwarded-For: 203.0.113.9, 198.51.100.7, 10.1.1.1";
    private static final SocketAddress CLIENT = new InetSocketAddress("198.51.100.7", 0);

    private static TestBroker start(WebSocketListener listener) {
        return TestBroker.start(builder -> builder.listener(listener.withName("ws")));
    }

    private static Socket tcp(TestBroker broker) throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("ws");
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static TestClient open(TestBroker broker, String... fields) throws IOException {
        return new TestClient(ProtocolVersion.MQTT_5, TestWebSocket.open(tcp(broker), "/mqtt", fields));
    }

    private static boolean isThere(SocketAddress address, TestBroker broker) {
        return broker.events().await(ConnectionOpened.class).remoteAddress().equals(address)
                && broker.events()
                        .await(ClientConnected.class)
                        .client()
                        .remoteAddress()
                        .equals(address);
    }

    @Test
    void theClientIsWhereTheForwarderSays() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(HERE));
                TestClient client = open(broker, FIELD)) {
            client.connect("c", true);

            assertThat(isThere(CLIENT, broker)).isTrue();
        }
    }

    @Test
    void theFieldComesBehindTls(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker");
        Tls tls = Tls.pem(server.certificateFile(), server.keyFile());
        SSLSocketFactory factory = authority.client(null).getSocketFactory();
        try (TestBroker broker = start(Listener.secureWebSocket(0, tls).withForwarders(HERE));
                Socket plain = tcp(broker);
                Socket secure = factory.createSocket(plain, "127.0.0.1", plain.getPort(), true);
                TestClient client =
                        new TestClient(ProtocolVersion.MQTT_5, TestWebSocket.open(secure, "/mqtt", FIELD))) {
            client.connect("c", true);

            assertThat(isThere(CLIENT, broker)).isTrue();
        }
    }

    @Test
    void fromElsewhereNobodyIsBelieved() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(ELSEWHERE));
                TestClient client = open(broker, FIELD)) {
            client.connect("c", true);

            SocketAddress remote =
                    broker.events().await(ClientConnected.class).client().remoteAddress();
            assertThat(((InetSocketAddress) remote).getAddress().isLoopbackAddress())
                    .isTrue();
        }
    }

    @Test
    void aForwarderThatSaysNothingIsTheClient() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(HERE));
                Socket socket = tcp(broker);
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, TestWebSocket.open(socket, "/mqtt"))) {
            client.connect("c", true);

            assertThat(isThere(socket.getLocalSocketAddress(), broker)).isTrue();
        }
    }

    @Test
    void aForwarderThatSaysSomethingElseIsRefused() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(HERE));
                Socket socket = tcp(broker)) {
            String answer = TestWebSocket.answer(socket, "GET /mqtt HTTP/1.1", "X-Forwarded-For: unknown");

            assertThat(answer).startsWith("HTTP/1.1 400 ");
            assertThat(broker.events().await(WebSocketRefused.class).detail()).contains("X-Forwarded-For");
        }
    }

    @Test
    void whatElseIsWrongIsToldOfTheClient() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(HERE));
                Socket socket = tcp(broker)) {
            assertThat(TestWebSocket.answer(socket, "GET /other HTTP/1.1", FIELD))
                    .startsWith("HTTP/1.1 404 ");

            assertThat(broker.events().await(WebSocketRefused.class).remoteAddress())
                    .isEqualTo(CLIENT);
        }
    }

    @Test
    void aBannedClientIsClosedAndTheForwarderIsNot() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(HERE))) {
            broker.broker()
                    .bans()
                    .add(Ban.address("198.51.100.0/24"))
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            try (Socket socket = tcp(broker)) {
                assertThatThrownBy(() -> TestWebSocket.open(socket, "/mqtt", FIELD))
                        .isInstanceOf(IOException.class)
                        .hasMessageNotContaining("HTTP");
            }
            try (TestClient other = open(broker, "X-Forwarded-For: 192.0.2.1")) {
                other.connect("c", true);
            }
        }
    }

    @Test
    void limitsAreAskedAboutTheClientBeforeItIsAnswered() throws Exception {
        ConcurrentLinkedQueue<SocketAddress> asked = new ConcurrentLinkedQueue<>();
        RateLimiter limiter = new RateLimiter() {
            @Override
            public RateDecision onAccept(SocketAddress remote, String listener, long nowNanos) {
                asked.add(remote);
                return switch (asked.size()) {
                    case 1, 2 -> RateDecision.pause(1_000_000);
                    case 3 -> RateDecision.ALLOW;
                    default -> RateDecision.DROP;
                };
            }

            @Override
            public ConnectionLimiter open(ClientInfo client, long nowNanos) {
                return ConnectionLimiter.NONE;
            }
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.rateLimiter(limiter)
                        .listener(Listener.webSocket(0).withForwarders(HERE).withName("ws")));
                Socket first = tcp(broker);
                Socket second = tcp(broker)) {
            byte[] connect = {0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 2, 'i', 'd'};
            first.getOutputStream()
                    .write(bytes("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                            + "Connection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n" + FIELD
                            + "\r\n\r\n"));
            first.getOutputStream().write(WebSocketBytes.frame(true, 2, connect, 1)); // while the answer waits

            assertThat(new String(first.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
                    .isEqualTo("HTTP/1.1 101");
            assertThat(broker.events().await(ClientConnected.class).client().remoteAddress())
                    .isEqualTo(CLIENT);
            assertThatThrownBy(() -> TestWebSocket.open(second, "/mqtt", FIELD))
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("HTTP");
        }
        assertThat(asked).containsExactly(CLIENT, CLIENT, CLIENT, CLIENT);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void theForwarderMayBeBehindTheProxyProtocol() throws Exception {
        Listener listener = Listener.behindProxies(
                Listener.webSocket(0).withForwarders(ELSEWHERE).withName("ws"), List.of(Cidr.parse("127.0.0.0/8")));
        try (TestBroker broker = TestBroker.start(builder -> builder.listener(listener));
                Socket socket = tcp(broker)) {
            socket.getOutputStream().write(bytes("PROXY TCP4 10.1.1.1 10.0.0.1 4711 1883\r\n"));
            try (TestClient client =
                    new TestClient(ProtocolVersion.MQTT_5, TestWebSocket.open(socket, "/mqtt", FIELD))) {
                client.connect("c", true);

                assertThat(isThere(CLIENT, broker)).isTrue();
            }
        }
    }

    @Test
    void whoSaysNothingBeforeItEndsIsToldAsTheForwarder() throws Exception {
        try (TestBroker broker = start(Listener.webSocket(0).withForwarders(HERE))) {
            SocketAddress here;
            try (Socket socket = tcp(broker)) {
                here = socket.getLocalSocketAddress();
            }
            broker.events().await(ConnectRefused.class);

            assertThat(broker.events().of(ConnectionOpened.class))
                    .extracting(ConnectionOpened::remoteAddress)
                    .containsExactly(here);
        }
    }
}
