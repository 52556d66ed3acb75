package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.RecordedMetrics;
import io.maxmq.TestAuthority;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** That TLS handshakes of one listener are bounded. That nobody is kept out by those of others is AttacksTest's. */
class TlsHandshakeBoundTest {
    /** Half a ClientHello. */
    private static final byte[] HALF_HELLO = {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xFC, 3, 3};

    private static final byte[] NO_TLS = {'n', 'o', ' ', 'T', 'L', 'S'};

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final List<Socket> sockets = new ArrayList<>();
    private TestAuthority authority;
    private TestBroker broker;
    private TestClient bystander;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        authority = new TestAuthority(directory, "authority");
        TestAuthority.Issued server = authority.issue("broker");
        broker = TestBroker.start(builder -> builder.metrics(metrics)
                .listener(Listener.tls(0, Tls.pem(server.certificateFile(), server.keyFile())))
                .connections(ConnectionLimits.builder().maxTlsHandshakes(2).build()));
        bystander = broker.connected(ProtocolVersion.MQTT_5, "bystander");
    }

    @AfterEach
    void close() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
        broker.close();
    }

    private Socket open(byte... sent) throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("tls-0");
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        socket.getOutputStream().write(sent);
        return socket;
    }

    private void awaitConnections(int count) {
        awaitTrue(() -> broker.broker().listeners().named("tls-0").connections() == count);
        // The broker's only loop has done with the last of them, and then with what it has sent.
        bystander.ping();
        bystander.ping();
    }

    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private long failed() {
        return metrics.sum("maxmq.tls.handshakes{result=failed}");
    }

    private long refused() {
        return metrics.sum("maxmq.connections.refused{reason=tls_handshakes}");
    }

    /** The two that are under way go first, then it is the turn of the next two; for CONNECT there are ten seconds in all. */
    @Test
    void whoGetsNoTurnInTimeIsClosed() throws Exception {
        for (int i = 0; i < 7; i++) {
            open(HALF_HELLO);
        }
        awaitConnections(7);

        broker.clock().advance(Duration.ofMillis(5500));
        awaitConnections(5);
        assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
        assertThat(sockets.get(1).getInputStream().read()).isEqualTo(-1);
        assertThat(refused()).isZero();
        broker.clock().advance(Duration.ofMillis(4600));

        awaitConnections(0);
        assertThat(failed()).isEqualTo(7);
    }

    @Test
    void whoGivesUpMakesRoom() throws Exception {
        Socket first = open(HALF_HELLO);
        open(HALF_HELLO);
        awaitConnections(2);
        open(NO_TLS);
        awaitConnections(3);
        assertThat(failed()).as("it waits for its turn").isZero();

        first.close();

        awaitTrue(() -> failed() == 2);
        awaitConnections(1);
    }

    @Test
    void whoWaitsGetsItsTurnAlsoWhenTheListenerHasGone() throws Exception {
        Socket first = open(HALF_HELLO);
        open(HALF_HELLO);
        awaitConnections(2);
        open(NO_TLS);
        awaitConnections(3);

        broker.broker().listeners().remove("tls-0").toCompletableFuture().join();
        assertThat(failed()).isZero();
        first.close();

        awaitTrue(() -> failed() == 2);
    }

    @Test
    void whoSaysNothingTakesNoPlaceAndEndsLikeAnybodyWithoutConnect() throws Exception {
        for (int i = 0; i < 50; i++) {
            open();
        }
        awaitConnections(50);

        Listeners.Bound to = broker.broker().listeners().named("tls-0");
        try (Socket socket = authority.client(null).getSocketFactory().createSocket(to.host(), to.port());
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket)) {
            assertThat(client.connect("c", true).reason()).isEqualTo(ReasonCode.SUCCESS);
            awaitConnections(51);
            broker.clock().advance(Duration.ofSeconds(10));

            awaitConnections(1);
            client.ping();
        }
        assertThat(sockets)
                .allSatisfy(each -> assertThat(each.getInputStream().read()).isEqualTo(-1));
        assertThat(refused()).isZero();
        assertThat(failed()).as("told like a handshake that is left halfway").isEqualTo(50);
    }
}
