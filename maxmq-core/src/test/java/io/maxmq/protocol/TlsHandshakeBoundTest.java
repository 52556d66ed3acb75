package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.RecordedMetrics;
import io.maxmq.TestAuthority;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
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
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final List<Socket> sockets = new ArrayList<>();
    private TestBroker broker;
    private TestClient bystander;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        TestAuthority.Issued server = new TestAuthority(directory, "authority").issue("broker");
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

    private Socket open() throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("tls-0");
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        return socket;
    }

    private void awaitConnections(int count) {
        awaitTrue(() -> broker.broker().listeners().named("tls-0").connections() == count);
        bystander.ping(); // the broker's only loop has done with the last of them
    }

    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** The two that are under way go first, then the next two, and those that still wait after ten seconds have waited too long. */
    @Test
    void whoGetsNoTurnInTimeIsClosed() throws Exception {
        for (int i = 0; i < 7; i++) {
            open();
        }
        awaitConnections(7);

        broker.clock().advance(Duration.ofSeconds(5));
        awaitConnections(5);
        assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
        assertThat(sockets.get(1).getInputStream().read()).isEqualTo(-1);
        assertThat(metrics.sum("maxmq.connections.refused{reason=tls_handshakes}"))
                .isZero();
        broker.clock().advance(Duration.ofSeconds(5));

        awaitConnections(2);
        assertThat(metrics.sum("maxmq.connections.refused{reason=tls_handshakes}"))
                .isEqualTo(3);
        broker.clock().advance(Duration.ofSeconds(10)); // nobody waits: they have their whole time, and no more
        awaitConnections(0);
        assertThat(metrics.sum("maxmq.tls.handshakes{result=failed}")).isEqualTo(4);
    }

    @Test
    void whoGivesUpMakesRoom() throws Exception {
        Socket first = open();
        open();
        Socket third = open();
        awaitConnections(3);

        first.close();
        third.getOutputStream().write(new byte[] {'n', 'o', ' ', 'T', 'L', 'S'});

        awaitTrue(() -> metrics.sum("maxmq.tls.handshakes{result=failed}") == 2);
        awaitConnections(1);
    }

    @Test
    void thoseThatWaitGoWithTheirListener() throws Exception {
        for (int i = 0; i < 5; i++) {
            open();
        }
        awaitConnections(5);

        broker.broker().listeners().remove("tls-0").toCompletableFuture().join();

        for (int i = 2; i < 5; i++) {
            assertThat(sockets.get(i).getInputStream().read()).isEqualTo(-1);
        }
    }
}
