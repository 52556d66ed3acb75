package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.admin.SessionView;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the fault proxy does to clients, and that it does nothing else. */
@MaxMQTest(faults = true)
class FaultsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final ClientOptions LASTING =
            ClientOptions.of("subscriber").cleanStart(false).sessionExpiry(Duration.ofMinutes(10));

    @Test
    void standsBetweenClientsAndBroker(MaxMQ broker, @MaxMQPort int port) {
        assertThat(port).isNotEqualTo(broker.listeners().tcp().port());
    }

    @Test
    void passesPacketsOfAnySize(TestClients clients, TestClient publisher) {
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("size/#");
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 120, 128, 16_383, 16_384, 100_000, 900_000}) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            publisher.publish(Message.builder("size/" + size)
                    .payload(payload)
                    .qos(QoS.EXACTLY_ONCE)
                    .build());
            assertThat(subscriber.receive().message().payloadBytes()).isEqualTo(payload);
        }
    }

    @Test
    void passesWhatIsNoMqtt(@MaxMQPort int port) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) DEADLINE.toMillis());
            socket.getOutputStream().write(new byte[] {0x10, -1, -1, -1, -1, -1, 1, 2, 3});
            assertThat(socket.getInputStream().read()).isEqualTo(-1); // the broker's answer to garbage
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) DEADLINE.toMillis());
            socket.getOutputStream().write(new byte[] {0x10, 10, 0, 4}); // the beginning of a CONNECT, and the end
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    // ---- drop

    @Test
    void dropsAConnection(MaxMQ broker, TestClients clients, Faults faults, RoutedMessages messages) throws Exception {
        TestClient mortal = clients.connect(ClientOptions.of("mortal").will(Message.of("wills", "gone")));
        TestClient other = clients.connect("other");

        faults.drop("mortal");

        assertThat(broker.clients().find("mortal").toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isEmpty();
        assertThat(messages.awaitMessage("wills").payloadText()).isEqualTo("gone");
        mortal.awaitEnd(DEADLINE);
        other.ping();
    }

    @Test
    void knowsAnAssignedClientId(TestClients clients, Faults faults) {
        TestClient client = clients.connect(ClientOptions.of(""));
        assertThat(client.clientId()).isNotEmpty();

        faults.drop(client.clientId());

        client.awaitEnd(DEADLINE);
    }

    @Test
    void saysWhoIsConnectedWhenThereIsNobodyToDrop(TestClients clients, Faults faults) {
        clients.connect("somebody");

        assertThatThrownBy(() -> faults.drop("nobody"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no connection of this client to drop: clientId=nobody, connected=[somebody]");
    }

    // ---- stall

    @Test
    void stallsASubscriber(TestClients clients, TestClient publisher, Faults faults) {
        TestClient stalled = clients.connect("stalled");
        TestClient other = clients.connect("other");
        stalled.subscribe("s");
        other.subscribe("s");

        try (Stall stall = faults.stall("stalled")) {
            publisher.publish("s", "kept back", QoS.AT_LEAST_ONCE);
            assertThat(other.receive().text()).isEqualTo("kept back");
            assertThatThrownBy(() -> stalled.receive(Duration.ofMillis(50))).isInstanceOf(AssertionError.class);
        }

        assertThat(stalled.receive().text()).isEqualTo("kept back");
        stalled.ping();
    }

    @Test
    void makesTheBrokerFeelTheStall(MaxMQ broker, TestClients clients, TestClient publisher, Faults faults)
            throws Exception {
        TestClient stalled = clients.connect(LASTING);
        stalled.subscribe("s");
        BlockingQueue<String> received = readsAllItCan(stalled);
        faults.stall("subscriber");
        // More than the window lets out: the rest waits in the session.
        for (int i = 0; i < 150; i++) {
            publisher.publish("s", Integer.toString(i), QoS.AT_LEAST_ONCE);
        }

        SessionView session = session(broker);
        assertThat(session.inFlightMessages()).isEqualTo(100);
        assertThat(session.queuedMessages()).isEqualTo(50);
        assertThat(received).isEmpty();

        faults.clear();
        for (int i = 0; i < 150; i++) {
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
        }
    }

    @Nested
    @MaxMQTest(faults = true, virtualClock = true)
    class InVirtualTime {
        @Test
        void disconnectsAStalledSubscriber(MaxMQ broker, TestClients clients, VirtualClock clock, Faults faults)
                throws Exception {
            TestClient stalled = clients.connect("stalled");
            stalled.subscribe("s");
            BlockingQueue<String> received = readsAllItCan(stalled);
            faults.stall("stalled");
            Message big = Message.of("s", new byte[100_000]);
            int taken = 0;
            while (publish(broker, big).queued() > 0) {
                assertThat(++taken).as("messages taken").isLessThan(1000);
            }

            // The kernel may still take some bytes, which restarts the timeout.
            int advanced = 0;
            while (isConnected(broker, "stalled")) {
                assertThat(++advanced).as("steps of 10 s").isLessThan(1000);
                clock.advance(Duration.ofSeconds(10));
            }

            assertThat(received).isEmpty();
        }
    }

    private static boolean isConnected(MaxMQ broker, String clientId) throws Exception {
        return broker.clients()
                .find(clientId)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .isPresent();
    }

    private static PublishResult publish(MaxMQ broker, Message message) throws Exception {
        return broker.publish(message).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** A thread has the client from now on; it ends with the connection. */
    private static BlockingQueue<String> readsAllItCan(TestClient client) {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Thread reader = new Thread(
                () -> {
                    while (!client.isEnded()) {
                        try {
                            received.add(client.receive().text());
                        } catch (AssertionError nothing) {
                            // Nothing yet, or the end.
                        }
                    }
                },
                "reader-of-" + client.clientId());
        reader.setDaemon(true);
        reader.start();
        return received;
    }

    // ---- acknowledgements

    @Test
    void losesAnAcknowledgementOfASubscriber(TestClients clients, TestClient publisher, Faults faults) {
        TestClient subscriber = clients.connect(LASTING);
        subscriber.subscribe("a");
        AckFault lost = faults.from("subscriber").lose(PacketType.PUBACK);
        publisher.publish("a", "again", QoS.AT_LEAST_ONCE);
        ReceivedMessage first = subscriber.receive();
        lost.awaitCount(1);
        lost.close();
        faults.drop("subscriber");

        TestClient back = clients.connect(LASTING);
        ReceivedMessage second = back.receive();

        assertThat(second.text()).isEqualTo("again");
        assertThat(second.dup()).isTrue();
        assertThat(second.packetId()).isEqualTo(first.packetId());
        back.expectNothing();
        assertThat(lost.count()).isOne();
    }

    @Test
    void losesWhatTheBrokerSends(TestClients clients, Faults faults, RoutedMessages messages) {
        TestClient publisher = clients.connect("publisher");
        AckFault lost = faults.to("publisher").lose(PacketType.PUBACK);
        publisher.send(Message.builder("a").payload("1").qos(QoS.AT_LEAST_ONCE).build());
        lost.awaitCount(1);
        publisher.ping(); // other packets pass

        assertThat(messages.received("a")).hasSize(1);
        assertThat(faults.from("publisher").lose(PacketType.PUBACK).count()).isZero(); // nor are directions mixed up
    }

    @Test
    void holdsAcknowledgements(MaxMQ broker, TestClients clients, TestClient publisher, Faults faults)
            throws Exception {
        TestClient subscriber = clients.connect(LASTING.receiveMaximum(2));
        subscriber.subscribe("h");
        AckFault held = faults.from("subscriber").hold(PacketType.PUBACK);
        for (int i = 0; i < 4; i++) {
            publisher.publish("h", Integer.toString(i), QoS.AT_LEAST_ONCE);
        }
        subscriber.receive();
        subscriber.receive();
        held.awaitCount(2);
        subscriber.expectNothing(); // the window is full
        assertThat(session(broker).inFlightMessages()).isEqualTo(2);

        held.close();

        assertThat(subscriber.receive().text()).isEqualTo("2");
        assertThat(subscriber.receive().text()).isEqualTo("3");
        awaitNothingInFlight(broker);
        assertThat(held.count()).isEqualTo(2);
    }

    @Test
    void delaysAcknowledgements(TestClients clients, Faults faults) {
        TestClient publisher = clients.connect("publisher");
        Duration delay = Duration.ofMillis(200);
        faults.to("publisher").delay(PacketType.PUBREC, delay);

        long before = System.nanoTime();
        publisher.publish("d", "late", QoS.EXACTLY_ONCE);

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(delay);
    }

    @Test
    void knowsEachStepOfQos2(TestClients clients, TestClient publisher, Faults faults) {
        for (PacketType step : new PacketType[] {PacketType.PUBREC, PacketType.PUBCOMP}) {
            TestClient subscriber = clients.connect(LASTING);
            subscriber.subscribe("two/" + step, QoS.EXACTLY_ONCE);
            try (AckFault lost = faults.from("subscriber").lose(step)) {
                publisher.publish("two/" + step, "once", QoS.EXACTLY_ONCE);
                assertThat(subscriber.receive().text()).isEqualTo("once");
                subscriber.ping(); // reads PUBREL, if the broker has sent one, and answers it
                if (step == PacketType.PUBCOMP) {
                    subscriber.ping();
                }
                lost.awaitCount(1);
            }
            faults.drop("subscriber");

            TestClient back = clients.connect(LASTING);
            if (step == PacketType.PUBREC) {
                assertThat(back.receive().dup()).isTrue(); // PUBLISH again
            }
            back.expectNothing(); // else PUBREL again, which the client has answered
            back.disconnect();
        }
    }

    @Test
    void refusesWhatIsNoAcknowledgement(Faults faults) {
        assertThatThrownBy(() -> faults.from("c").lose(PacketType.PUBLISH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("type must be one of [PUBACK, PUBREC, PUBREL, PUBCOMP]: type=PUBLISH");
        assertThatThrownBy(() -> faults.to("c").delay(PacketType.PUBACK, Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delay=PT-0.001S");
    }

    // ---- restart

    @Test
    void restartsTheBrokerBehindTheSamePort(
            MaxMQ broker, TestClients clients, TestClient before, Faults faults, RoutedMessages messages) {
        before.publish("m", "1", QoS.AT_LEAST_ONCE);
        clients.connect(LASTING).disconnect();

        MaxMQ restarted = faults.restartBroker();

        assertThat(before.awaitEnd(DEADLINE)).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
        assertThat(broker.isRunning()).isFalse();
        assertThat(restarted.isRunning()).isTrue();
        TestClient after = clients.connect(LASTING);
        assertThat(after.sessionPresent()).isFalse(); // without durable storage
        after.publish("m", "2", QoS.AT_LEAST_ONCE);
        assertThat(messages.received("m")).extracting(Message::payloadText).containsExactly("1", "2");
        faults.drop("subscriber");
        after.awaitEnd(DEADLINE);
    }

    @Nested
    @MaxMQTest(faults = true, storage = true)
    class WithStorage {
        @Test
        void keepsSessionsAndQueuesAndRetainedMessages(TestClients clients, TestClient before, Faults faults) {
            TestClient subscriber = clients.connect(LASTING);
            subscriber.subscribe("q", QoS.AT_LEAST_ONCE);
            subscriber.disconnect();
            before.publish("q", "waits", QoS.AT_LEAST_ONCE);
            before.publish(Message.builder("r")
                    .payload("retained")
                    .qos(QoS.AT_LEAST_ONCE)
                    .retain(true)
                    .build());

            faults.restartBroker();

            TestClient after = clients.connect(LASTING);
            assertThat(after.sessionPresent()).isTrue();
            assertThat(after.receive().text()).isEqualTo("waits");
            clients.connect("publisher").publish("q", "subscribed", QoS.AT_LEAST_ONCE);
            assertThat(after.receive().text()).isEqualTo("subscribed");
            after.subscribe("r");
            assertThat(after.receive().text()).isEqualTo("retained");
        }

        @Test
        void sendsAgainWhatWasNotAcknowledged(TestClients clients, TestClient before, Faults faults) {
            TestClient subscriber = clients.connect(LASTING);
            subscriber.subscribe("q", QoS.AT_LEAST_ONCE);
            AckFault lost = faults.from("subscriber").lose(PacketType.PUBACK);
            before.publish("q", "again", QoS.AT_LEAST_ONCE);
            ReceivedMessage first = subscriber.receive();
            lost.awaitCount(1);
            lost.close();

            faults.restartBroker();

            TestClient back = clients.connect(LASTING);
            ReceivedMessage second = back.receive();
            assertThat(second.text()).isEqualTo("again");
            assertThat(second.dup()).isTrue();
            assertThat(second.packetId()).isEqualTo(first.packetId());
            back.ping(); // behind the acknowledgement

            faults.restartBroker();

            TestClient last = clients.connect(LASTING);
            assertThat(last.sessionPresent()).isTrue();
            last.expectNothing();
        }

        @RepeatedTest(2)
        void hasAStorageOfItsOwnInEachTest(TestClients clients, Faults faults) {
            assertThat(clients.connect(LASTING).sessionPresent()).isFalse();
            faults.restartBroker();
            assertThat(clients.connect(LASTING).sessionPresent()).isTrue();
        }
    }

    @Nested
    @MaxMQTest(faults = true, storage = true, virtualClock = true)
    class WithStorageInVirtualTime {
        @Test
        void endsASessionThatExpiresWhileTheBrokerIsNotThere(TestClients clients, VirtualClock clock, Faults faults) {
            clients.connect(LASTING).disconnect();
            clock.advance(Duration.ofMinutes(9));
            faults.restartBroker();
            TestClient inTime = clients.connect(LASTING);
            assertThat(inTime.sessionPresent()).isTrue();
            inTime.disconnect();

            clock.advance(Duration.ofMinutes(9));
            faults.restartBroker();
            clock.advance(Duration.ofMinutes(2));

            assertThat(clients.connect(LASTING).sessionPresent()).isFalse();
        }
    }

    private static SessionView session(MaxMQ broker) throws Exception {
        return broker.sessions()
                .find("subscriber")
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .orElseThrow();
    }

    private static void awaitNothingInFlight(MaxMQ broker) throws Exception {
        Deadline deadline = Deadline.in(DEADLINE);
        while (session(broker).inFlightMessages() > 0) {
            assertThat(deadline.leftMillis()).as("left until the deadline").isPositive();
            Thread.sleep(5);
        }
    }
}
