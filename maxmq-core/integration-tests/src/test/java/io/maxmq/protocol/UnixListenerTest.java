package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.MaxMQBuilder;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.TestLocalSocket;
import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Listener;
import io.maxmq.config.UnixListener;
import io.maxmq.core.bootstrap.Broker;
import io.maxmq.core.bootstrap.Plugins;
import io.maxmq.core.transport.NioNetwork;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limit.Action;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.limit.Limits;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.Clock;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ListenerFailed;
import io.maxmq.spi.event.BrokerEvent.ListenerOpened;
import io.maxmq.spi.event.BrokerEvent.WillPublished;
import io.maxmq.spi.event.MetricsSink;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** MQTT over local sockets (Unix domain). */
class UnixListenerTest {
    /** Not where builds have theirs: a socket's path is short. */
    private Path directory;

    private Path file;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable TestBroker running;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory(Path.of("/tmp"), "mq");
        file = directory.resolve("mqtt.sock");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        if (running != null) {
            running.close();
        }
        for (Path each : inDirectory()) {
            Files.delete(each);
        }
        Files.delete(directory);
    }

    private TestBroker start(UnixListener listener) {
        return start(builder -> builder.listener(listener));
    }

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        running = TestBroker.start(settings);
        return running;
    }

    private TestClient client() throws IOException {
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, TestLocalSocket.open(file));
        opened.add(client);
        return client;
    }

    private TestClient connect(String clientId) throws IOException {
        TestClient client = client();
        client.connect(clientId, true);
        return client;
    }

    private List<Path> inDirectory() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void assertCannotStart(UnixListener listener, String why) throws IOException {
        List<Path> before = inDirectory();
        assertThatThrownBy(() -> start(listener))
                .hasMessageContaining("cannot listen on " + listener.path() + " (listener unix): " + why);
        assertThat(inDirectory()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void carriesMqtt() throws Exception {
        start(builder -> builder.loops(3).listener(Listener.unix(file)));

        for (int i = 0; i < 6; i++) { // on all loops
            TestClient client = connect("c" + i);
            client.subscribe("t" + i, QoS.AT_LEAST_ONCE);
            for (int length : new int[] {0, 100, 70_000, 300_000}) {
                String payload = "x".repeat(length);
                client.send(TestClient.message("t" + i, payload, QoS.AT_MOST_ONCE, 0));
                client.expectMessage("t" + i, payload);
            }
        }

        Listeners.Bound bound = running.broker().listeners().named("unix");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(file);
        assertThat(bound).isEqualTo(new Listeners.Bound("unix", "unix", address, false, 6));
        assertThatThrownBy(bound::port).isInstanceOf(IllegalStateException.class);
        assertThat(running.events().await(ListenerOpened.class).address()).isEqualTo(address);
        assertThat(running.events().await(ClientConnected.class).client().remoteAddress())
                .isEqualTo(address);
    }

    @Test
    void carriesMqttWithoutNativeLibraries() throws Exception {
        BrokerConfig config = BrokerConfig.builder()
                .name("nio")
                .loops(2)
                .listener(Listener.unix(file))
                .allowAnonymous(true)
                .build();
        Plugins none = new Plugins(
                Clock.system(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                MetricsSink.NONE,
                List.of(),
                null);
        Broker broker = Broker.create(config, none, NioNetwork.of("nio", 2));
        try {
            broker.start();
            for (int i = 0; i < 4; i++) {
                TestClient client = connect("c" + i);
                client.subscribe("t" + i, QoS.AT_LEAST_ONCE);
                client.publish("t" + i, "", QoS.AT_MOST_ONCE);
                client.expectMessage("t" + i, "");
                client.send(TestClient.message("t" + i, "x".repeat(300_000), QoS.AT_MOST_ONCE, 0));
                client.expectMessage("t" + i, "x".repeat(300_000));
                client.disconnect();
            }
        } finally {
            broker.close();
        }
        assertThat(inDirectory()).isEmpty();
    }

    @Test
    void theFileIsForItsOwnerUnlessToldAndGoesWithTheListener() throws Exception {
        start(Listener.unix(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        connect("c").disconnect();
        assertThat(inDirectory()).containsExactly(file);

        Listeners listeners = running.broker().listeners();
        get(listeners.remove("unix"));

        assertThat(inDirectory()).isEmpty();
        get(listeners.add(Listener.unix(file).withPermissions("rw-rw--w-")));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw--w-");
        connect("c").ping();

        running.close();

        assertThat(inDirectory()).isEmpty();
    }

    @Test
    void aFileThatNobodyListensOnIsReplaced() throws Exception {
        listen().close();
        assertThat(file).exists();

        start(Listener.unix(file));

        connect("c").ping();
    }

    /** Its file stays when it is closed, as after a crash. */
    private ServerSocketChannel listen() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        opened.add(server);
        return server.bind(UnixDomainSocketAddress.of(file), 1);
    }

    @Test
    void whatSomebodyListensOnStays() throws Exception {
        ServerSocketChannel server = listen();

        assertCannotStart(Listener.unix(file), "in use by another listener");
        assertCannotStart(Listener.unix(file), "in use"); // with a full backlog as well
        assertCannotStart(Listener.unix(file), "in use");

        server.accept().close();
    }

    @Test
    void twoBrokersDoNotShareAFile() throws Exception {
        try (TestBroker first = TestBroker.start(builder -> builder.listener(Listener.unix(file)));
                TestBroker second = TestBroker.start()) {
            assertThatThrownBy(() -> get(second.broker().listeners().add(Listener.unix(file))))
                    .hasMessageContaining("in use");
            assertThat(second.events().await(ListenerFailed.class).why()).contains(file.toString());

            connect("c").ping();
            assertThat(first.broker().listeners().named("unix").connections()).isPositive();
        }
        assertThat(inDirectory()).isEmpty();
    }

    @Test
    void whatIsNoSocketStays() throws Exception {
        Files.writeString(file, "precious");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);

        assertCannotStart(Listener.unix(file), "the path exists and is not a socket");
        assertCannotStart(Listener.unix(link), "the path exists and is not a socket");
        assertCannotStart(Listener.unix(directory), "the path exists and is not a socket");

        assertThat(file).hasContent("precious");
    }

    @Test
    void theFileOfAnotherStaysWhenTheListenerIsClosed() throws Exception {
        start(Listener.unix(file));
        Files.delete(file);
        ServerSocketChannel server = listen();

        running.close();

        assertThat(file).exists();
        connectTo(server);
    }

    private void connectTo(ServerSocketChannel server) throws IOException {
        opened.add(TestLocalSocket.open(file));
        server.accept().close();
    }

    @Test
    void saysWhyItCannotBeBound() throws Exception {
        assertCannotStart(Listener.unix(directory.resolve("x".repeat(100))), "path too long for a local socket: ");
        assertCannotStart(Listener.unix(directory.resolve("nowhere/mqtt.sock")), "its directory does not exist");
        assertThatIllegalArgumentException().isThrownBy(() -> Listener.unix(Path.of("/")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Listener.unix(file).withPermissions("660"))
                .withMessageContaining("permissions=660");
    }

    @Test
    void itsClientsHaveNoAddressToBeKnownBy() throws Exception {
        start(builder -> builder.listener(Listener.unix(file))
                .authorizer(Acl.of(
                        AclRule.deny("open").address("0.0.0.0/0"),
                        AclRule.allow("open").listener("unix")))
                .rateLimiter(Limits.of(Limit.connectionRate(Scope.ADDRESS, 1, Duration.ofMinutes(1))
                        .action(Action.DISCONNECT))));
        get(running.broker().bans().add(Ban.address("0.0.0.0/0")));
        get(running.broker().bans().add(Ban.client("bad")));

        assertThat(connect("a").publish("open", "", QoS.AT_LEAST_ONCE).isError())
                .isFalse();
        connect("b").ping();

        assertThat(client().send(Connect.of(ProtocolVersion.MQTT_5, "bad", true, 0))
                        .expect(ConnAck.class)
                        .reason())
                .isEqualTo(ReasonCode.BANNED);
    }

    @Test
    void aWillIsStillTheirsAfterARestart() throws Exception {
        MemoryStorage storage = MemoryStorage.create();
        start(builder -> builder.storage(storage.store()).listener(Listener.unix(file)));
        ConnectWill will = new ConnectWill("w", TestClient.bytes("gone"), QoS.AT_LEAST_ONCE, false, Properties.NONE);
        Connect connect = new Connect(ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, "c", will, null, null);
        client().connect(connect);
        running.broker().close(); // before its client goes

        start(builder -> builder.storage(storage.store()));

        assertThat(running.events().await(WillPublished.class).client().remoteAddress())
                .isEqualTo(UnixDomainSocketAddress.of(file));
    }

    @Test
    void limitsOfTheListenerCountThem() throws Exception {
        start(builder -> builder.listener(Listener.unix(file))
                .rateLimiter(Limits.of(Limit.connectionRate(Scope.LISTENER, 2, Duration.ofMinutes(1))
                        .action(Action.DISCONNECT))));
        connect("a").ping();
        connect("b").ping();

        client().expectEnd();
    }

    @Test
    void isNotForProxies() {
        UnixListener listener = Listener.unix(file);
        List<Cidr> anywhere = List.of(Cidr.parse("::/0"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Listener.behindProxies(listener, anywhere))
                .withMessageContaining("listener=unix");
    }
}
