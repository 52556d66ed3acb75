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
import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ConnectionOpened;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Listeners behind proxies that say whom they speak for. */
class ProxyProtocolTest {
    private static final List<Cidr> HERE = List.of(Cidr.parse("127.0.0.0/8"));
    private static final List<Cidr> ELSEWHERE = List.of(Cidr.parse("10.0.0.0/8"));
    private static final String HEADER = "PROXY TCP4 198.51.100.7 10.0.0.1 4711 1883\r\n";

    private static TestBroker start(Listener listener, List<Cidr> proxies) {
        return TestBroker.start(builder ->
                builder.listener(Listener.behindProxies(listener, proxies).withName("proxied")));
    }

    private static Socket open(TestBroker broker, String header) throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("proxied");
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(header.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static SocketAddress addressOf(TestBroker broker) {
        return broker.events().await(ClientConnected.class).client().remoteAddress();
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void theClientIsWhereTheProxySays() throws Exception {
        try (TestBroker broker = start(Listener.tcp(0), HERE);
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, open(broker, HEADER))) {
            client.connect("c", true);

            assertThat(addressOf(broker)).isEqualTo(new InetSocketAddress("198.51.100.7", 4711));
            assertThat(broker.events().of(ConnectionOpened.class))
                    .extracting(ConnectionOpened::remoteAddress)
                    .containsExactly(new InetSocketAddress("198.51.100.7", 4711));
        }
    }

    @Test
    void theHeaderComesBeforeTls(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker");
        SSLSocketFactory tls = authority.client(null).getSocketFactory();
        try (TestBroker broker =
                        start(Listener.secureWebSocket(0, Tls.pem(server.certificateFile(), server.keyFile())), HERE);
                Socket plain = open(broker, HEADER);
                Socket secure = tls.createSocket(plain, "127.0.0.1", plain.getPort(), true);
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, TestWebSocket.open(secure, "/mqtt"))) {
            client.connect("c", true);

            assertThat(addressOf(broker)).isEqualTo(new InetSocketAddress("198.51.100.7", 4711));
        }
    }

    @Test
    void aProxyThatSaysNothingIsClosed() throws Exception {
        try (TestBroker broker = start(Listener.tcp(0), HERE);
                Socket socket = open(broker, "\u0010\u000c\0\4MQTT\4\2\0\0\0\0")) {
            assertThat(isClosed(socket)).isTrue();
            assertThat(broker.events().of(ClientConnected.class)).isEmpty();
        }
    }

    @Test
    void fromElsewhereNobodyIsBelieved() throws Exception {
        try (TestBroker broker = start(Listener.tcp(0), ELSEWHERE);
                Socket liar = open(broker, HEADER);
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, open(broker, ""))) {
            assertThat(isClosed(liar)).isTrue();
            client.connect("c", true);

            assertThat(((InetSocketAddress) addressOf(broker)).getAddress().isLoopbackAddress())
                    .isTrue();
        }
    }

    @Test
    void limitsAreAskedAboutTheClient() throws Exception {
        ConcurrentLinkedQueue<SocketAddress> asked = new ConcurrentLinkedQueue<>();
        RateLimiter limiter = new RateLimiter() {
            @Override
            public RateDecision onAccept(SocketAddress remote, String listener, long nowNanos) {
                asked.add(remote);
                return asked.size() == 1
                        ? RateDecision.pause(1_000_000)
                        : asked.size() == 2 ? RateDecision.ALLOW : RateDecision.DROP;
            }

            @Override
            public ConnectionLimiter open(ClientInfo client, long nowNanos) {
                return ConnectionLimiter.NONE;
            }
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.rateLimiter(limiter)
                        .listener(Listener.behindProxies(Listener.tcp(0), HERE).withName("proxied")));
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, open(broker, HEADER))) {
            client.connect("c", true);
            try (Socket second = open(broker, HEADER)) {
                assertThat(isClosed(second)).isTrue();
            }
        }
        InetSocketAddress named = new InetSocketAddress("198.51.100.7", 4711);
        assertThat(asked).containsExactly(named, named, named);
    }
}
