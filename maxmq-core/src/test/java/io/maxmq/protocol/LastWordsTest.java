package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.TestWebSocket;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.core.transport.WebSocketBytes;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that says goodbye and goes at once, while the broker is still busy with what it has sent before: all of it counts, as it is
 * on a plain socket, whose end is read last.
 */
class LastWordsTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_5;

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Decision<Message>> answer = new CompletableFuture<>();
    private final PublishInterceptor slow = (client, message) -> {
        if (!message.topic().equals("first")) {
            return Decision.proceed();
        }
        asked.complete(null);
        return Decision.later(answer);
    };

    /** Says the last words over a way that is open, and ends it, in one write as far as there is one. */
    private interface Way {
        void end(byte[] lastWords) throws Exception;
    }

    private static byte[] bytes(Packet... packets) {
        ByteBuf bytes = Unpooled.buffer();
        for (Packet each : packets) {
            PacketEncoder.encode(each, VERSION, bytes);
        }
        byte[] array = new byte[bytes.readableBytes()];
        bytes.readBytes(array);
        return array;
    }

    private void allThatItHasSaidCounts(TestBroker broker, Socket socket, Way way) throws Exception {
        TestClient witness = broker.connected(VERSION, "witness");
        witness.subscribe("#", QoS.AT_MOST_ONCE);
        TestClient leaving = new TestClient(VERSION, socket);
        ConnectWill will = new ConnectWill("will", TestClient.bytes("gone"), QoS.AT_MOST_ONCE, false, Properties.NONE);
        leaving.connect(new Connect(VERSION, false, true, 0, Properties.NONE, "leaving", will, null, null));

        way.end(bytes(
                TestClient.message("first", "1", QoS.AT_MOST_ONCE, 0),
                TestClient.message("second", "2", QoS.AT_MOST_ONCE, 0),
                Disconnect.of(ReasonCode.SUCCESS)));
        asked.get(30, TimeUnit.SECONDS);
        witness.ping();
        answer.complete(Decision.proceed());

        witness.expectMessage("first", "1");
        witness.expectMessage("second", "2");
        broker.awaitDisconnected("leaving");
        witness.expectNothing();
        leaving.close();
    }

    private static Socket tcp(TestBroker broker) throws IOException {
        Listeners.Bound to = broker.broker().listeners().all().get(0);
        return new Socket(to.host(), to.port());
    }

    @Test
    void overTcp() throws Exception {
        try (TestBroker broker =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(slow))) {
            Socket socket = tcp(broker);
            allThatItHasSaidCounts(broker, socket, words -> {
                socket.getOutputStream().write(words);
                socket.shutdownOutput();
            });
        }
    }

    @Test
    void whoOnlySendsNoMoreGetsTheAnswers() throws Exception {
        try (TestBroker broker = TestBroker.start(builder -> builder.listener(Listener.tcp(0)));
                Socket socket = tcp(broker)) {
            TestClient client = new TestClient(VERSION, socket);
            client.connect("client", true);

            socket.getOutputStream().write(bytes(TestClient.message("first", "1", QoS.AT_LEAST_ONCE, 1)));
            socket.shutdownOutput();

            assertThat(client.expect(PubAck.class).packetId()).isEqualTo(1);
            client.expectEnd();
        }
    }

    @Test
    void overAWebSocket() throws Exception {
        try (TestBroker broker = TestBroker.start(
                builder -> builder.listener(Listener.webSocket(0)).interceptor(slow))) {
            TestWebSocket socket = TestWebSocket.open(tcp(broker), "/mqtt");
            allThatItHasSaidCounts(broker, socket, words -> {
                ByteArrayOutputStream frames = new ByteArrayOutputStream();
                frames.write(WebSocketBytes.frame(true, 2, words, 7));
                frames.write(WebSocketBytes.frame(true, 8, new byte[] {0x03, (byte) 0xE8}, 7));
                socket.sendRaw(frames.toByteArray());
            });
        }
    }

    @Test
    void overTls(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker.example");
        Tls tls = Tls.pem(server.certificateFile(), server.keyFile());
        try (TestBroker broker = TestBroker.start(
                        builder -> builder.listener(Listener.tls(0, tls)).interceptor(slow));
                Corked below = new Corked(tcp(broker))) {
            Socket socket = authority.client(null).getSocketFactory().createSocket(below, "broker.example", 1, true);
            allThatItHasSaidCounts(broker, socket, words -> {
                below.cork();
                socket.getOutputStream().write(words);
                socket.close();
                below.uncork();
            });
        }
    }

    @Test
    void insideTheJvm() throws Exception {
        try (TestBroker broker = TestBroker.start(builder -> builder.interceptor(slow))) {
            Socket socket = broker.broker().socketFactory().createSocket("in-memory", 1);
            allThatItHasSaidCounts(broker, socket, words -> {
                socket.getOutputStream().write(words);
                socket.close();
            });
        }
    }

    @Test
    void whoHasGoneBeforeItWasLetInDoesNotTakeThePlaceOfItself() throws Exception {
        Queue<CompletableFuture<AuthenticationResult>> answers = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> first = new CompletableFuture<>();
        Authenticator authenticator = request -> {
            CompletableFuture<AuthenticationResult> later = new CompletableFuture<>();
            answers.add(later);
            if (!first.complete(null)) {
                later.complete(AuthenticationResult.allowed());
            }
            return later;
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.authenticator(authenticator))) {
            TestClient impatient = broker.client(VERSION);
            impatient.send(Connect.of(VERSION, "client", true, 0));
            first.get(30, TimeUnit.SECONDS);
            impatient.close();
            broker.events().await(ConnectRefused.class);

            TestClient again = broker.connected(VERSION, "client");
            answers.remove().complete(AuthenticationResult.allowed());

            again.ping();
            again.ping();
        }
    }

    /** What TLS writes to it can be gathered, to leave in one piece; it is closed at the end alone. */
    private static final class Corked extends Socket implements AutoCloseable {
        private final Socket socket;
        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        private boolean corked;

        Corked(Socket socket) {
            this.socket = socket;
        }

        void cork() {
            corked = true;
        }

        void uncork() throws IOException {
            socket.getOutputStream().write(gathered.toByteArray());
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] source, int offset, int length) throws IOException {
                    if (corked) {
                        gathered.write(source, offset, length);
                    } else {
                        socket.getOutputStream().write(source, offset, length);
                    }
                }
            };
        }

        @Override
        public void setSoTimeout(int timeout) throws SocketException {
            socket.setSoTimeout(timeout);
        }

        @Override
        public int getSoTimeout() throws SocketException {
            return socket.getSoTimeout();
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void close() throws IOException {
            if (!corked) {
                socket.close();
            }
            corked = false; // TLS closes it first
        }
    }
}
