package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publishers and subscribers that take themselves over again and again, on four loops: each subscriber gets each
 * publisher's messages in order and loses none that was acknowledged, and what a session does it does on one thread.
 */
class TakeoverStormIT {
    private static final int CLIENTS = 4;
    private static final int MESSAGES = 1500;
    private static final int PER_CONNECTION = 75;

    /** Which threads have worked for which session. */
    private final Map<String, Set<String>> threads = new ConcurrentHashMap<>();

    private void sawSession(String clientId) {
        threads.computeIfAbsent(clientId, any -> ConcurrentHashMap.newKeySet())
                .add(Thread.currentThread().getName());
    }

    @Test
    void orderAndOneThreadPerSessionSurviveAStorm() throws Exception {
        // Asked for each PUBLISH on the loop of its session, and for each delivery on that of the subscriber's.
        Authorizer watchPublishers = (client, action) -> {
            sawSession(client.clientId());
            return Authorization.allowedOnce().stage();
        };
        DeliveryInterceptor watchSubscribers = (client, message) -> {
            sawSession(client.clientId());
            return Decision.proceed();
        };
        RecordedEvents events = new RecordedEvents();
        ExecutorService pool = Executors.newFixedThreadPool(2 * CLIENTS);
        try (MaxMQ broker = MaxMQ.builder()
                .name("storm")
                .loops(4)
                .listener(Listener.tcp("127.0.0.1", 0))
                .allowAnonymous()
                .sessions(SessionLimits.builder()
                        .maxQueuedMessages(CLIENTS * MESSAGES + 1000)
                        .build())
                .authorizer(watchPublishers)
                .interceptor(watchSubscribers)
                .eventListener(events)
                .start()) {
            List<Future<Map<Integer, List<Integer>>>> subscribers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String clientId = "subscriber-" + i;
                TestClient first = connect(broker, clientId);
                first.subscribe("t/+", QoS.AT_LEAST_ONCE);
                subscribers.add(pool.submit(() -> receive(broker, clientId, first)));
            }
            List<Future<List<Integer>>> publishers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int publisher = i;
                publishers.add(pool.submit(() -> publish(broker, publisher)));
            }

            List<List<Integer>> acknowledged = new ArrayList<>();
            for (Future<List<Integer>> publisher : publishers) {
                acknowledged.add(publisher.get(120, TimeUnit.SECONDS));
            }
            for (Future<Map<Integer, List<Integer>>> subscriber : subscribers) {
                Map<Integer, List<Integer>> received = subscriber.get(120, TimeUnit.SECONDS);
                for (int i = 0; i < CLIENTS; i++) {
                    assertThat(received.get(i))
                            .isSorted()
                            .doesNotHaveDuplicates()
                            .containsAll(acknowledged.get(i));
                }
            }
            assertThat(threads).hasSize(2 * CLIENTS);
            assertThat(threads)
                    .allSatisfy((clientId, names) -> assertThat(names)
                            .as(clientId)
                            .hasSize(1)
                            .allMatch(name -> name.startsWith("maxmq-storm-loop-")));
            assertThat(threads.values().stream().flatMap(Set::stream).distinct().count())
                    .as("loops in use")
                    .isGreaterThan(1);
            assertThat(events.of(PluginFailed.class)).isEmpty();
            // A delivery on another loop than its session's fails an assertion there.
            assertThat(RecordedLogs.errorsOf("storm")).isEmpty();
        } finally {
            pool.shutdownNow();
        }
    }

    private static TestClient connect(MaxMQ broker, String clientId) {
        try {
            Listeners.Bound tcp = broker.listeners().tcp();
            TestClient client = new TestClient(ProtocolVersion.MQTT_3_1_1, new Socket(tcp.host(), tcp.port()));
            client.connect(clientId, false);
            return client;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Sends on each connection without waiting, then takes it over. Returns what was acknowledged. */
    private static List<Integer> publish(MaxMQ broker, int publisher) {
        String clientId = "publisher-" + publisher;
        List<Integer> acknowledged = new ArrayList<>();
        TestClient client = connect(broker, clientId);
        int next = 0;
        while (next < MESSAGES) {
            Publish[] messages = new Publish[PER_CONNECTION];
            for (int i = 0; i < PER_CONNECTION; i++) {
                messages[i] = TestClient.message("t/" + publisher, String.valueOf(next + i), QoS.AT_LEAST_ONCE, i + 1);
            }
            client.send(messages);
            // A third of the acknowledgements is awaited, so that the broker is somewhere in the middle.
            for (int i = 0; i < PER_CONNECTION / 3; i++) {
                acknowledged.add(next + client.expect(PubAck.class).packetId() - 1);
            }
            next += PER_CONNECTION;
            TestClient second = connect(broker, clientId);
            client.close();
            client = second;
        }
        client.publish("t/" + publisher, String.valueOf(next), QoS.AT_LEAST_ONCE);
        acknowledged.add(next);
        client.close();
        return acknowledged;
    }

    /** Takes itself over in the middle of things; until each publisher's last message has come. */
    private static Map<Integer, List<Integer>> receive(MaxMQ broker, String clientId, TestClient first) {
        Map<Integer, List<Integer>> received = new HashMap<>();
        TestClient client = first;
        int finished = 0;
        int unacknowledged = 0;
        int onThisConnection = 0;
        Map<Integer, Integer> lastHere = new HashMap<>();
        while (finished < CLIENTS) {
            Packet packet = client.next();
            Publish publish = (Publish) packet;
            int publisher = publish.topic().charAt(2) - '0';
            int number = Integer.parseInt(TestClient.text(publish));
            Integer last = lastHere.put(publisher, number);
            if (last != null && last >= number) {
                throw new AssertionError(clientId + " got " + number + " of " + publisher + " after " + last);
            }
            List<Integer> all = received.computeIfAbsent(publisher, any -> new ArrayList<>());
            if (all.isEmpty() || all.get(all.size() - 1) < number) {
                all.add(number);
                if (number == MESSAGES) {
                    finished++;
                }
            } else if (!publish.dup()) {
                throw new AssertionError(clientId + " got " + number + " of " + publisher + " again without DUP");
            }
            // Some stay unacknowledged and come again after the takeover.
            if (++unacknowledged % 10 != 0 || onThisConnection < PER_CONNECTION - 30) {
                client.acknowledge(publish);
            }
            if (++onThisConnection == 3 * PER_CONNECTION && finished < CLIENTS) {
                TestClient second = connect(broker, clientId);
                client.close();
                client = second;
                onThisConnection = 0;
                lastHere.clear();
            }
        }
        client.close();
        return received;
    }
}
