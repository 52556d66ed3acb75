package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.BrokerStopping;
import io.maxmq.spi.event.BrokerEvent.ListenerClosed;
import io.maxmq.spi.event.BrokerEvent.ListenerOpened;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Starting and closing over real sockets: what is bound, what is given back, and what is said when it fails. */
class LifecycleIT {
    private static final Listener ANY_PORT = Listener.tcp("127.0.0.1", 0);

    private static MaxMQBuilder anonymous(String name) {
        return MaxMQ.builder().name(name).listener(ANY_PORT).allowAnonymous();
    }

    private static TestClient connect(MaxMQ broker, String clientId) throws IOException {
        Listeners.Bound tcp = broker.listeners().tcp();
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, new Socket(tcp.host(), tcp.port()));
        client.connect(clientId, true);
        return client;
    }

    private static Set<Thread> threadsOf(String broker) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("maxmq-" + broker + "-"))
                .collect(Collectors.toSet());
    }

    // ---- start

    @Test
    void withoutAnybodyWhoMayConnectItDoesNotStartAndSaysWhatToAdd() {
        assertThatThrownBy(() -> MaxMQ.builder().listener(ANY_PORT).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("allowAnonymous")
                .hasMessageContaining("authenticator");
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> MaxMQ.builder()
                            .name("port-taken")
                            .listener(Listener.tcp("127.0.0.1", port))
                            .allowAnonymous()
                            .start())
                    .hasMessageContaining("127.0.0.1:" + port);
        }
        assertNoThreadsOf("port-taken");
    }

    @Test
    void aSecondListenerThatFailsClosesTheFirst() throws IOException {
        RecordedEvents events = new RecordedEvents();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> anonymous("half-open")
                            .listener(Listener.tcp("127.0.0.1", taken.getLocalPort())
                                    .withName("second"))
                            .eventListener(events)
                            .start())
                    .hasMessageContaining("second");
        }
        for (ListenerOpened opened : events.of(ListenerOpened.class)) {
            int port = ((java.net.InetSocketAddress) opened.address()).getPort();
            assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        }
        assertNoThreadsOf("half-open");
    }

    @Test
    void startsOnAThreadOfItsOwn() throws Exception {
        try (MaxMQ broker =
                anonymous("async").startAsync().toCompletableFuture().get(30, TimeUnit.SECONDS)) {
            assertThat(broker.isRunning()).isTrue();
            assertThat(broker.listeners().tcp().port()).isPositive();
        }
        assertThatThrownBy(
                        () -> MaxMQ.builder().startAsync().toCompletableFuture().get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBrokerWithoutListenersServesTheApplicationAlone() {
        try (MaxMQ broker = MaxMQ.builder().name("inner").allowAnonymous().start();
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, socketOf(broker))) {
            assertThat(broker.listeners().all()).isEmpty();
            client.connect("client", true);
        }
    }

    private static Socket socketOf(MaxMQ broker) {
        try {
            return broker.socketFactory().createSocket("any", 1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anInMemoryConnectionIsAPairOfStreams() throws IOException {
        try (MaxMQ broker = MaxMQ.builder().name("streams").allowAnonymous().start();
                InMemoryConnection connection = broker.connect()) {
            connection.outputStream().write(new byte[] {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'x'});

            assertThat(connection.inputStream().readNBytes(4)).containsExactly(0x20, 2, 0, 0);
        }
    }

    @Test
    void twoBrokersLiveSideBySide() throws IOException {
        try (MaxMQ one = anonymous("one").start();
                MaxMQ two = anonymous("two").start();
                TestClient ofOne = connect(one, "same");
                TestClient ofTwo = connect(two, "same")) {
            ofOne.subscribe("a", QoS.AT_LEAST_ONCE);
            ofTwo.subscribe("a", QoS.AT_LEAST_ONCE);

            ofOne.publish("a", "in one", QoS.AT_MOST_ONCE);

            ofOne.expectMessage("a", "in one");
            ofTwo.expectNothing();
            one.close();
            ofTwo.publish("a", "in two", QoS.AT_MOST_ONCE);
            ofTwo.expectMessage("a", "in two");
        }
    }

    @Test
    void oneNameMayBeUsedAgainAfterClose() {
        for (int i = 0; i < 3; i++) {
            try (MaxMQ broker = anonymous("again").start()) {
                assertThat(broker.isRunning()).isTrue();
            }
        }
    }

    // ---- close

    @Test
    void closeSaysGoodbye() throws IOException {
        RecordedEvents events = new RecordedEvents();
        MaxMQ broker = anonymous("goodbye").loops(3).eventListener(events).start();
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(connect(broker, "client-" + i));
        }

        broker.close();

        for (TestClient client : clients) {
            assertThat(client.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            client.expectEnd();
            client.close();
        }
        assertThat(events.of(BrokerStopping.class)).hasSize(1);
        assertThat(events.of(ListenerClosed.class)).hasSize(1);
    }

    @Test
    void closeGivesBackThreadsAndPort() throws Exception {
        MaxMQ broker = anonymous("tidy").loops(4).start();
        int port = broker.listeners().tcp().port();
        TestClient client = connect(broker, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        broker.subscribe("a", message -> {}).active().toCompletableFuture().get(30, TimeUnit.SECONDS);
        broker.publish(Message.of("a", "x")).toCompletableFuture().get(30, TimeUnit.SECONDS);
        client.expectMessage("a", "x");
        assertThat(threadsOf("tidy")).isNotEmpty();

        broker.close();

        assertNoThreadsOf("tidy");
        client.close();
        try (MaxMQ next = MaxMQ.builder()
                .name("tidy-2")
                .listener(Listener.tcp("127.0.0.1", port))
                .allowAnonymous()
                .start()) {
            assertThat(next.listeners().tcp().port()).isEqualTo(port);
        }
    }

    @Test
    void afterCloseTheJvmHasTheThreadsThatItHadBefore() throws Exception {
        // Netty's own global executor lingers for a second after its last task.
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 3; i++) {
            try (MaxMQ broker = anonymous("count-" + i).start();
                    TestClient client = connect(broker, "client")) {
                client.ping();
            }
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Set<Thread> more = newSince(before);
        while (!more.isEmpty() && System.nanoTime() < deadline) {
            for (Thread thread : more) {
                thread.join(1000);
            }
            more = newSince(before);
        }
        assertThat(more).isEmpty();
    }

    private static Set<Thread> newSince(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                // The JVM's own and the build's.
                .filter(thread -> !thread.getName().matches("surefire.*|JFR.*|Attach Listener|Common-Cleaner.*"))
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system"))
                .collect(Collectors.toSet());
    }

    /** A pool's thread may live a moment longer than the pool. */
    private static void assertNoThreadsOf(String broker) {
        for (Thread thread : threadsOf(broker)) {
            try {
                thread.join(2_000);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(threadsOf(broker)).isEmpty();
    }

    @Test
    void aThreadThatIsInterruptedClosesAsAnyOther() throws IOException {
        AtomicBoolean stopped = new AtomicBoolean();
        Extension extension = new Extension() {
            private @Nullable BrokerContext context;

            @Override
            public CompletionStage<Void> start(BrokerContext of) {
                context = of;
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> stop() {
                return CompletableFuture.runAsync(
                        () -> stopped.set(true),
                        CompletableFuture.delayedExecutor(
                                100,
                                TimeUnit.MILLISECONDS,
                                Objects.requireNonNull(context).workers()));
            }
        };
        MaxMQ broker = anonymous("interrupted").extension(extension).start();
        TestClient client = connect(broker, "client");

        Thread.currentThread().interrupt();
        broker.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(stopped).isTrue();
        assertNoThreadsOf("interrupted");
        assertThat(client.expect(Disconnect.class).reason()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
        client.close();
    }

    @Test
    void closeMayBeCalledAgainAndFromSeveralThreads() throws Exception {
        MaxMQ broker = anonymous("twice").start();
        Thread[] closers = new Thread[4];
        for (int i = 0; i < closers.length; i++) {
            closers[i] = new Thread(broker::close);
            closers[i].start();
        }
        for (Thread closer : closers) {
            closer.join(30_000);
            assertThat(closer.isAlive()).isFalse();
        }
        broker.close();
        assertThat(broker.isRunning()).isFalse();
    }

    @Test
    void aClosedBrokerSaysSo() {
        MaxMQ broker = anonymous("closed").start();
        broker.close();

        assertThatThrownBy(() -> broker.publish(Message.of("a", "x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> broker.subscribe("a", message -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(broker::connect).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closeDoesNotWaitForAClientThatReadsNothing() throws IOException {
        MaxMQ broker = anonymous("stalled").start();
        TestClient stalled = connect(broker, "stalled");
        stalled.subscribe("a", QoS.AT_MOST_ONCE);
        for (int i = 0; i < 200; i++) {
            broker.publish(Message.of("a", "x".repeat(100_000)));
        }

        long begun = System.nanoTime();
        broker.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertNoThreadsOf("stalled");
        stalled.close();
    }

    @Test
    void largeMessagesCrossASocketWhole() throws IOException {
        try (MaxMQ broker = anonymous("large").start();
                TestClient subscriber = connect(broker, "subscriber");
                TestClient publisher = connect(broker, "publisher")) {
            subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
            String payload = "0123456789".repeat(100_000);

            for (int i = 0; i < 5; i++) {
                publisher.send(TestClient.message("a", payload, QoS.AT_LEAST_ONCE, i + 1));
                Publish received = subscriber.expect(Publish.class);
                assertThat(TestClient.text(received)).isEqualTo(payload);
                subscriber.acknowledge(received);
            }
        }
    }

    @Test
    void aListenerTakesNoMoreThanItsConnections() throws IOException {
        try (MaxMQ broker = MaxMQ.builder()
                        .name("small")
                        .listener(Listener.tcp("127.0.0.1", 0).withMaxConnections(2))
                        .allowAnonymous()
                        .start();
                TestClient one = connect(broker, "one");
                TestClient two = connect(broker, "two")) {
            Listeners.Bound tcp = broker.listeners().tcp();
            try (TestClient three = new TestClient(ProtocolVersion.MQTT_5, new Socket(tcp.host(), tcp.port()))) {
                three.expectEnd();
            }
            one.ping();
            two.disconnect();
            awaitAdmission(broker);
        }
    }

    /** The broker may learn of a closed socket a little after the client. */
    private static void awaitAdmission(MaxMQ broker) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            Listeners.Bound tcp = broker.listeners().tcp();
            try (TestClient next = new TestClient(ProtocolVersion.MQTT_5, new Socket(tcp.host(), tcp.port()))) {
                next.send(Connect.of(ProtocolVersion.MQTT_5, "next", true, 0));
                next.expect(ConnAck.class);
                return;
            } catch (AssertionError | java.io.UncheckedIOException refused) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }
}
