package io.maxmq.core.hostile;

import io.maxmq.core.session.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything that clients can make grow, against a broker with 64 MB of heap and 64 MB of direct memory: each attack asks
 * for several times as much. The broker refuses somebody at some point, stays, serves a witness, and has all its memory
 * back when the attackers are gone.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SmallMemoryIT {
    /** Longer than any packet may be without being refused for it, with some room for what is around it. */
    private static final int LONG = 60_000;

    private BrokerProcess broker;

    private final List<RawClient> attackers = new ArrayList<>();
    private RawClient publisher;
    private RawClient subscriber;
    private int nextId;

    @BeforeEach
    void start() {
        broker = new BrokerProcess(List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m"), 5_000, cut -> {});
        publisher = connect(5, "witness-publisher");
        subscriber = connect(5, "witness-subscriber");
        subscriber.send(Wire.subscribe(5, 1, 1, "witness")).expect(Wire.SUBACK);
    }

    @AfterEach
    void stop() throws InterruptedException {
        try (BrokerProcess ending = broker) {
            endsWithoutLossOfMemory(ending);
        }
    }

    private void endsWithoutLossOfMemory(BrokerProcess broker) throws InterruptedException {
        try {
            witness();
        } finally {
            attackers.forEach(RawClient::reset);
            publisher.close();
            subscriber.close();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Map<String, Long> stats = broker.stats();
        while (stats.get("maxmq.connections") != 0
                || stats.get("maxmq.sessions") != 0
                || stats.get("maxmq.memory.used.bytes") > 3 << 20) {
            assertThat(System.nanoTime())
                    .as("everything is given back: %s", stats)
                    .isLessThan(deadline);
            Thread.sleep(50);
            stats = broker.stats();
        }
        assertThat(broker.output()).doesNotContain("OutOfMemory").doesNotContain("SEVERE");
        assertThat(stats.get("maxmq.loop.failures")).isZero();
        assertThat(stats.get("peak.heap")).isLessThan(64L << 20);
    }

    /** A message of the witness passes. */
    private void witness() {
        int id = ++nextId;
        publisher.send(Wire.publish(5, 1, id, "witness", new byte[8]));
        RawClient.Frame message = subscriber.expect(Wire.PUBLISH);
        assertThat(message.topic()).isEqualTo("witness");
        subscriber.send(Wire.ack(Wire.PUBACK, message.publishId()));
        assertThat(publisher.expect(Wire.PUBACK).packetId()).isEqualTo(id);
    }

    private RawClient connect(int level, String clientId) {
        RawClient client = RawClient.open(level, broker.port(), 0);
        client.send(Wire.connect(level, clientId)).expectAccepted();
        return client;
    }

    private RawClient attacker(String clientId) {
        RawClient client = connect(5, clientId);
        attackers.add(client);
        return client;
    }

    private static String numbered(String name, int number, int length) {
        String start = name + number + "-";
        return start + "x".repeat(length - start.length());
    }

    /** One for each of many connections that holds back the end of a packet of 1 MB. */
    @Test
    void partsOfPacketsAreBounded() {
        byte[] publish = Wire.publish(5, 0, 0, "part", new byte[1_000_000]);
        byte[] most = Arrays.copyOf(publish, publish.length - 10);
        int accepted = 0;
        for (int i = 0; i < 150; i++) {
            RawClient client = attacker("part-" + i);
            accepted += client.trySend(most) && client.trySend(new byte[1]) ? 1 : 0;
            witness();
        }

        assertThat(accepted).as("connections that may go on").isGreaterThan(5);
    }

    /** The reason code of a SUBACK for one filter is its last byte; a reason string may stand before it. */
    private static boolean isRefused(RawClient.Frame suback) {
        byte[] body = suback.body();
        return (body[body.length - 1] & 0xFF) == 0x97;
    }

    @Test
    void longFiltersAreBounded() {
        int refused = 0;
        for (int client = 0; client < 4; client++) {
            RawClient attacker = attacker("filters-" + client);
            for (int i = 0; i < 600; i++) {
                attacker.send(Wire.subscribe(5, 1, 0, numbered("filter/" + client + "/", i, LONG)));
                refused += isRefused(attacker.expect(Wire.SUBACK)) ? 1 : 0;
            }
            witness();
        }

        assertThat(refused).as("filters refused").isGreaterThan(1000);
    }

    @Test
    void deepFiltersAreBounded() {
        int refused = 0;
        String deep = "/x".repeat(126);
        for (int client = 0; client < 20; client++) {
            RawClient attacker = attacker("deep-" + client);
            for (int i = 0; i < 1000; i++) {
                attacker.send(Wire.subscribe(5, 1, 0, client + "-" + i + deep));
            }
            for (int i = 0; i < 1000; i++) {
                refused += isRefused(attacker.expect(Wire.SUBACK)) ? 1 : 0;
            }
            witness();
        }

        assertThat(refused).as("filters refused").isGreaterThan(1000);
    }

    /** Sessions that stay when their connection ends, each with a will of 60 kB. */
    @Test
    void sessionsAndTheirWillsAreBounded() {
        int refused = 0;
        byte[] expiry = Wire.concat(Wire.bytes(0x11), Wire.u32(3600));
        byte[] willDelay = Wire.concat(Wire.bytes(0x18), Wire.u32(3600));
        for (int i = 0; i < 2000; i++) {
            byte[] will =
                    Wire.concat(Wire.properties(5, willDelay), Wire.string("will/" + i), Wire.binary(new byte[LONG]));
            try (RawClient client = RawClient.open(5, broker.port(), 0)) {
                client.send(Wire.connect(5, "will-" + i, Wire.CLEAN | 0x04, 0, expiry, will));
                refused += client.expect(Wire.CONNACK).u8(1) == 0 ? 0 : 1;
            }
            if (i % 100 == 0) {
                witness();
            }
        }

        assertThat(refused).as("sessions refused").isGreaterThan(500);
        for (int i = 0; i < 2000; i++) { // a session without expiry takes the place of each
            try (RawClient client = RawClient.open(5, broker.port(), 0)) {
                client.send(Wire.connect(5, "will-" + i)).expect(Wire.CONNACK);
                client.send(Wire.GOODBYE);
            }
        }
    }

    @Test
    void longUserNamesAreBounded() {
        int refused = 0;
        byte[] user = Wire.string("u".repeat(LONG));
        for (int i = 0; i < 1500; i++) {
            RawClient client = RawClient.open(4, broker.port(), 0);
            attackers.add(client);
            client.send(Wire.connect(4, "user-" + i, Wire.CLEAN | 0x80, 0, Wire.NONE, user));
            RawClient.Frame answer = client.read();
            refused += answer != null && answer.u8(1) == 0 ? 0 : 1;
            if (i % 100 == 0) {
                witness();
            }
        }

        assertThat(refused).as("connections refused").isGreaterThan(500);
    }

    @Test
    void retainedMessagesAreBounded() {
        int refused = 0;
        RawClient attacker = attacker("retained");
        for (int i = 0; i < 1500; i++) {
            attacker.send(Wire.publish(5, 3, 1, "retained/" + i, Wire.NONE, new byte[100_000]));
            RawClient.Frame answer = attacker.expect(Wire.PUBACK);
            refused += answer.body().length > 2 && answer.u8(2) == 0x97 ? 1 : 0;
            if (i % 100 == 0) {
                witness();
            }
        }

        assertThat(refused).as("retained messages refused").isGreaterThan(1000);
        for (int i = 0; i < 1500; i++) {
            attacker.send(Wire.publish(5, 3, 1, "retained/" + i, Wire.NONE, Wire.NONE))
                    .expect(Wire.PUBACK);
        }
    }

    /** Topics of 60 kB, none twice, to nobody. */
    @Test
    void longTopicsAreForgotten() {
        RawClient attacker = attacker("topics");
        for (int i = 0; i < 5000; i++) {
            attacker.send(Wire.publish(5, 0, 0, numbered("topic", i, LONG), Wire.NONE));
            if (i % 500 == 0) {
                witness();
            }
        }
        attacker.ping();
    }

    @Test
    void topicsThatConnectionsKnowAreBounded() {
        int refused = 0;
        for (int client = 0; client < 60; client++) {
            RawClient attacker = attacker("alias-" + client);
            boolean open = true;
            for (int alias = 1; alias <= 32 && open; alias++) {
                byte[] property = Wire.concat(Wire.bytes(0x23), Wire.u16(alias));
                String topic = numbered("alias" + client + "-", alias, LONG);
                open = attacker.trySend(Wire.publish(5, 0, 0, topic, property, Wire.NONE));
            }
            if (open && attacker.trySend(Wire.PINGREQ)) {
                RawClient.Frame answer = attacker.read();
                open = answer != null && answer.type() == 0xD0;
            }
            refused += open ? 0 : 1;
            witness();
        }

        assertThat(refused).as("connections that were ended").isGreaterThan(10);
    }

    /** Payloads just above half of a heap region, each of which takes a whole one. */
    @Test
    void largeMessagesInQueuesAreBounded() {
        fillQueues("large/", 32, 530_000, 400);
    }

    /** Messages that are nothing but a topic. */
    @Test
    void longTopicsInQueuesAreBounded() {
        fillQueues("x".repeat(LONG) + "/", 16, 0, 2000);
    }

    private void fillQueues(String topic, int sessions, int payloadBytes, int messages) {
        for (int i = 0; i < sessions; i++) {
            RawClient attacker = attacker("queue-" + i);
            attacker.send(Wire.subscribe(5, 1, 1, topic + i + "/+")).expect(Wire.SUBACK);
        }
        RawClient flooder = attacker("flooder");
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < messages; i++) {
            flooder.send(Wire.publish(5, 1, 1, topic + i % sessions + "/" + i, payload))
                    .expect(Wire.PUBACK);
            if (i % 50 == 0) {
                witness();
            }
        }
        assertThat(broker.stats().get("maxmq.messages.dropped{memory}")).isPositive();
    }

    /** Each gets a message by a filter that others have as well, and goes. */
    @Test
    void sessionsThatHaveEndedAreForgotten() {
        int clients = 1500;
        int connected = 40;
        ArrayDeque<RawClient> open = new ArrayDeque<>();
        for (int i = 0; i < clients; i++) {
            RawClient client = connect(4, "short-" + i);
            open.addLast(client);
            client.send(Wire.subscribe(4, 1, 0, i % 2 == 0 ? "a/b" : "a/+")).expect(Wire.SUBACK);
            client.send(Wire.publish(4, 0, 0, "a/b", new byte[8])).expect(Wire.PUBLISH);
            if (open.size() > connected) {
                open.removeFirst().close();
            }
        }
        while (!open.isEmpty()) {
            open.removeFirst().close();
        }
        witness();

        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (broker.live(Session.class) > 10) { // the witness's, and the last publisher of each loop
            assertThat(System.nanoTime())
                    .as("sessions in use: %s", broker.live(Session.class))
                    .isLessThan(deadline);
        }
    }

    /** Answers that nobody reads. */
    @Test
    void unreadAnswersAreBounded() {
        byte[] pings = new byte[64 * 1024];
        for (int i = 0; i < pings.length; i += 2) {
            pings[i] = (byte) 0xC0;
        }
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            RawClient client = RawClient.open(4, broker.port(), 4096);
            attackers.add(client);
            client.send(Wire.connect(4, "ping-" + i));
            Thread sender = new Thread(() -> {
                for (int chunk = 0; chunk < 200; chunk++) {
                    if (!client.trySend(pings)) {
                        return;
                    }
                }
            });
            sender.setDaemon(true);
            sender.start();
            senders.add(sender);
        }
        for (int i = 0; i < 20; i++) {
            witness();
        }

        assertThat(senders.stream().filter(Thread::isAlive).count())
                .as("senders that the broker no longer reads from, or has cut off")
                .isLessThanOrEqualTo(100);
        assertThat(broker.stats().get("peak.direct")).isLessThan(64L << 20);
    }

    /** As many idle connections as a process may have here. */
    @Test
    void silentConnectionsAreCheap() {
        for (int i = 0; i < 2000; i++) {
            attackers.add(RawClient.open(4, broker.port(), 0));
            if (i % 200 == 0) {
                witness();
            }
        }
    }
}
