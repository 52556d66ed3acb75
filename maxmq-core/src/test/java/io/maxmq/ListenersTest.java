package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.event.BrokerEvent.ListenerClosed;
import io.maxmq.spi.event.BrokerEvent.ListenerOpened;
import io.maxmq.spi.event.BrokerEvent.ListenerPaused;
import io.maxmq.spi.event.BrokerEvent.ListenerResumed;
import io.maxmq.spi.extension.BrokerContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Listeners that come, go and rest while the broker runs. */
class ListenersTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(
            builder -> builder.loops(3).listener(Listener.tcp(0).withName("first")));

    private final List<AutoCloseable> opened = new ArrayList<>();

    private Listeners listeners() {
        return broker.broker().listeners();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private TestClient connect(Listeners.Bound to, String clientId) throws IOException {
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, new Socket(to.host(), to.port()));
        client.connect(clientId, true);
        opened.add(client);
        return client;
    }

    @AfterEach
    void closeClients() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    void addsOneThatClientsConnectTo() throws Exception {
        Listeners.Bound added = get(listeners().add(Listener.tcp(0).withName("second")));

        connect(added, "c").publish("a", "x", QoS.AT_LEAST_ONCE);

        assertThat(listeners().named("second").port()).isEqualTo(added.port()).isPositive();
        assertThat(listeners().named("second").connections()).isEqualTo(1);
        assertThat(listeners().all()).extracting(Listeners.Bound::name).containsExactly("first", "second");
        ListenerOpened event = broker.events()
                .await(ListenerOpened.class, each -> each.listener().equals("second"));
        assertThat(event.address()).isEqualTo(added.address());
    }

    @Test
    void refusesANameThatIsTaken() {
        assertThatThrownBy(() -> listeners().add(Listener.tcp(0).withName("first")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name=first");
    }

    @Test
    void namesListenerAndAddressThatCannotBeBound() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Listener listener = Listener.tcp(taken.getLocalPort()).withName("second");

            assertThatThrownBy(() -> get(listeners().add(listener)))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("listener second")
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
        assertThat(listeners().all()).hasSize(1);
        assertThat(get(listeners().add(Listener.tcp(0).withName("second"))).name())
                .isEqualTo("second");
    }

    @Test
    void saysThatAHostIsUnknown() {
        assertThatThrownBy(() -> get(
                        listeners().add(Listener.tcp("no.such.host.invalid", 0).withName("second"))))
                .cause()
                .hasMessageContaining("cannot listen on no.such.host.invalid:0 (listener second): no such host");
    }

    @Test
    void removesOneAndKeepsItsConnections() throws Exception {
        Listeners.Bound first = listeners().named("first");
        TestClient client = connect(first, "c");

        get(listeners().remove("first"));

        assertThatThrownBy(() -> new Socket(first.host(), first.port())).isInstanceOf(IOException.class);
        client.ping();
        assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE).isError()).isFalse();
        assertThat(listeners().all()).isEmpty();
        broker.events().await(ListenerClosed.class, each -> each.listener().equals("first"));
        assertThatThrownBy(() -> listeners().remove("first"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("name=first");
        try (ServerSocket free = new ServerSocket(first.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.getLocalPort()).isEqualTo(first.port());
        }
    }

    @Test
    void removesOneWithItsConnections() throws Exception {
        Listeners.Bound second = get(listeners().add(Listener.tcp(0).withName("second")));
        TestClient stays = connect(listeners().named("first"), "stays");
        List<TestClient> go = new ArrayList<>();
        for (int i = 0; i < 9; i++) { // on all loops
            go.add(connect(second, "goes-" + i));
        }

        get(listeners().remove("second", Listeners.Removal.CLOSE_CONNECTIONS));

        for (TestClient each : go) {
            each.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
        }
        assertThat(broker.events().awaitAll(ClientDisconnected.class, each -> true, 9))
                .allMatch(each -> each.by() == Initiator.ADMINISTRATOR);
        stays.ping();
        assertThat(get(listeners().add(Listener.tcp(second.port()).withName("second")))
                        .port())
                .isEqualTo(second.port());
    }

    @Test
    void pausesAndResumes() throws Exception {
        // One loop, so that who gets an answer knows that the listener's socket has been looked at.
        try (TestBroker one = TestBroker.start(
                builder -> builder.loops(1).listener(Listener.tcp(0).withName("first")))) {
            pauseAndResume(one);
        }
    }

    private void pauseAndResume(TestBroker one) throws Exception {
        Listeners listeners = one.broker().listeners();
        Listeners.Bound first = listeners.named("first");
        TestClient before = connect(first, "before");

        get(listeners.pause("first"));
        get(listeners.pause("first"));

        assertThat(listeners.named("first").paused()).isTrue();
        before.ping();
        Socket socket = new Socket(first.host(), first.port());
        TestClient waiting = new TestClient(ProtocolVersion.MQTT_5, socket);
        opened.add(waiting);
        waiting.send(Connect.of(ProtocolVersion.MQTT_5, "waiting", true, 0));
        for (int i = 0; i < 20; i++) {
            before.ping();
        }
        socket.setSoTimeout(1);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        assertThat(listeners.named("first").connections()).isEqualTo(1);

        get(listeners.resume("first"));

        socket.setSoTimeout(30_000);
        assertThat(waiting.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(listeners.named("first").paused()).isFalse();
        one.events().await(ListenerResumed.class);
        assertThat(one.events().of(ListenerPaused.class)).hasSize(1);
        connect(first, "after");
        assertThatThrownBy(() -> listeners.pause("nobody")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void addsNoneToABrokerThatIsClosed() {
        Listeners before = listeners();
        broker.broker().close();

        assertThatThrownBy(() -> before.add(Listener.tcp(0).withName("late")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("listener=late");
        assertThat(before.all()).isEmpty();
    }

    @Test
    void aNameIsFreeAgainWhenTheWorkersHadTooMuchToDo() throws Exception {
        CompletableFuture<BrokerContext> context = new CompletableFuture<>();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        TestBroker small = TestBroker.start(
                builder -> builder.configure(config -> config.workers(1).workerQueue(1))
                        .extension(of -> {
                            context.complete(of);
                            return CompletableFuture.completedFuture(null);
                        }));
        opened.add(small);
        context.join().workers().execute(() -> {
            busy.countDown();
            awaitQuietly(done);
        });
        awaitQuietly(busy);
        context.join().workers().execute(() -> {});
        Listener secure = Listener.tls(0, Tls.pem(Path.of("certificates"), Path.of("key")));

        CompletionStage<Listeners.Bound> refused = small.broker().listeners().add(secure.withName("new"));

        assertThatThrownBy(() -> get(refused))
                .hasCauseInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("queue is full");
        done.countDown();
        assertThat(get(small.broker().listeners().add(Listener.tcp(0).withName("new")))
                        .name())
                .isEqualTo("new");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
