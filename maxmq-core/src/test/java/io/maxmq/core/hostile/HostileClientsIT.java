package io.maxmq.core.hostile;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A broker with 64 MB of heap and 64 MB of direct memory, 200 subscribers of everything that read nothing, ten publishers
 * that flood it, and many connections that waste its time: nothing runs out of memory, a canary does not notice, and every
 * message is accounted for.
 *
 * <p>Runs for {@code -Dhostile.seconds}, 15 by default.
 */
class HostileClientsIT {
    private static final int SECONDS = Integer.getInteger("hostile.seconds", 15);
    private static final int STALLED = 200;
    private static final int OF_EACH_NUISANCE = 25;

    /** Short, so that all are cut off several times, each a new connection to be held up. */
    private static final long SLOW_CONSUMER_MILLIS = 5_000;

    private static final int DEADLINE_SECONDS = 120;

    private final Map<String, RawClient> stalled = new ConcurrentHashMap<>();
    private final AtomicInteger cut = new AtomicInteger();
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
    private volatile boolean ending;
    private volatile int port;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void survivesStalledSubscribersAndFloods() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(
                List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m"), SLOW_CONSUMER_MILLIS, this::reopen)) {
            port = broker.port();
            Canary canary = new Canary(broker);
            canary.start();
            for (int i = 0; i < STALLED; i++) {
                stall("stalled-" + i);
            }
            background.scheduleAtFixedRate(this::pingSome, 1, 1, TimeUnit.SECONDS);
            List<Flooder> flooders = flooders(broker.port());
            flooders.forEach(Thread::start);
            Nuisances nuisances = new Nuisances(broker.port(), OF_EACH_NUISANCE);
            nuisances.start();

            for (int second = 0; isToGoOn(second) && broker.isAlive(); second++) {
                Thread.sleep(1_000);
            }

            for (Flooder each : flooders) {
                each.finish();
            }
            nuisances.finish();
            report(broker, canary, broker.stats());
            canary.finish();
            ending = true;
            background.submit(() -> {}).get(30, TimeUnit.SECONDS);
            stalled.values().forEach(RawClient::reset);
            Map<String, Long> stats = awaitNoClients(broker);
            report(broker, canary, stats);

            assertThat(broker.isAlive()).as("the broker runs").isTrue();
            assertThat(broker.output()).doesNotContain("OutOfMemory").doesNotContain("SEVERE");
            assertThat(stats.get("maxmq.loop.failures"))
                    .as("failed tasks of event loops")
                    .isZero();
            assertThat(stats.get("maxmq.slow.consumers.disconnected"))
                    .as("stalled subscribers were cut off")
                    .isGreaterThanOrEqualTo(STALLED);
            assertThat(nuisances.ended())
                    .as("connections that the broker ended")
                    .isGreaterThan(OF_EACH_NUISANCE);
            canary.assertUndisturbed(SECONDS);
            assertEveryMessageIsAccountedFor(stats, canary.roundTrips().size());
        } finally {
            ending = true;
            background.shutdownNow();
            stalled.values().forEach(RawClient::close);
        }
    }

    /** Longer when the machine is so busy that not all were cut off in time. */
    private boolean isToGoOn(int second) {
        return second < SECONDS || (cut.get() < STALLED && second < DEADLINE_SECONDS);
    }

    /**
     * Filters with every combination of {@code +}, from several clients, and topics that are never the same twice, each of
     * which has to be matched anew.
     */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void survivesSubscriptionBombs() throws Exception {
        try (BrokerProcess broker =
                new BrokerProcess(List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m"), SLOW_CONSUMER_MILLIS, id -> {})) {
            Canary canary = new Canary(broker);
            canary.start();
            int refused = 0;
            List<RawClient> bombers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RawClient bomber = RawClient.open(5, broker.port(), 0);
                bombers.add(bomber);
                bomber.send(Wire.connect(5, "bomber-" + i)).expectAccepted();
                refused += subscribeToCombinations(bomber, i);
            }
            List<TopicFlooder> flooders = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                TopicFlooder flooder = new TopicFlooder(broker.port(), i);
                flooder.start();
                flooders.add(flooder);
            }
            Thread.sleep(SECONDS * 500L);
            awaitReceived(broker, 10_000);
            for (TopicFlooder each : flooders) {
                each.finish();
            }
            canary.finish();
            Map<String, Long> stats = broker.stats();
            report(broker, canary, stats);

            assertThat(refused).as("filters refused").isGreaterThan(1000);
            assertThat(broker.output()).doesNotContain("OutOfMemory").doesNotContain("SEVERE");
            canary.assertUndisturbed(SECONDS / 2);
            bombers.forEach(RawClient::close);
        }
    }

    /** Waits until the broker has received more messages than that, which takes longer on a busy machine. */
    private static void awaitReceived(BrokerProcess broker, long messages) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (broker.stats().get("maxmq.messages.received{0}") <= messages) {
            assertThat(System.nanoTime()).as("received within two minutes").isLessThan(deadline);
            Thread.sleep(200);
        }
    }

    /** All combinations of {@code +} and {@code x} in ten levels, with {@code #} behind every second; how many are refused. */
    private static int subscribeToCombinations(RawClient bomber, int which) {
        int refused = 0;
        for (int first = 0; first < 1024; first += 64) {
            String[] filters = new String[64];
            for (int i = 0; i < filters.length; i++) {
                StringBuilder filter = new StringBuilder();
                for (int bit = 0; bit < 10; bit++) {
                    filter.append((first + i >> bit & 1) == 0 ? "+/" : "x/");
                }
                filters[i] = filter.append(i % 2 == 0 ? "#" : "end-" + which).toString();
            }
            bomber.send(Wire.subscribe(5, 1, 0, filters));
            byte[] answer = bomber.expect(Wire.SUBACK).body();
            for (int i = 3; i < answer.length; i++) {
                refused += (answer[i] & 0xFF) == 0x97 ? 1 : 0;
            }
        }
        return refused;
    }

    /** All sessions have ended, so what they held is counted as dropped; only the canary has acknowledged anything. */
    private static void assertEveryMessageIsAccountedFor(Map<String, Long> stats, int acknowledged) {
        long dropped = stats.entrySet().stream()
                .filter(each -> each.getKey().startsWith("maxmq.messages.dropped{"))
                .mapToLong(Map.Entry::getValue)
                .sum();
        assertThat(stats.get("maxmq.messages.sent{0}") + acknowledged + dropped)
                .as("sent at QoS 0 + acknowledged + dropped by reason")
                .isEqualTo(stats.get("maxmq.messages.matched"));
    }

    private static List<Flooder> flooders(int port) {
        List<Flooder> all = new ArrayList<>();
        int[] payloads = {16, 64, 1_000, 100_000};
        for (int i = 0; i < 10; i++) {
            all.add(new Flooder(port, i, i % 3, payloads[i % payloads.length]));
        }
        return all;
    }

    private void stall(String clientId) {
        int number = Integer.parseInt(clientId.substring("stalled-".length()));
        int level = number % 2 == 0 ? 5 : 4;
        RawClient client = RawClient.open(level, port, 4096);
        RawClient before = stalled.put(clientId, client);
        if (before != null) {
            before.close();
        }
        client.send(Wire.connect(level, clientId), Wire.subscribe(level, 1, number % 3, "#"));
    }

    private void reopen(String clientId) {
        cut.incrementAndGet();
        background.execute(() -> {
            while (!ending) {
                try {
                    stall(clientId);
                    return;
                } catch (UncheckedIOException refused) {
                    // Once more.
                }
            }
        });
    }

    /** Every other one keeps itself alive: that is no reason to wait for it. */
    private void pingSome() {
        if (ending) {
            return;
        }
        stalled.forEach((id, client) -> {
            if (id.hashCode() % 2 == 0) {
                client.trySend(Wire.PINGREQ);
            }
        });
    }

    private static Map<String, Long> awaitNoClients(BrokerProcess broker) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        Map<String, Long> stats = broker.stats();
        while (stats.get("maxmq.connections") > 0 || stats.get("maxmq.sessions") > 0) {
            assertThat(System.nanoTime()).as("all are gone: " + stats).isLessThan(deadline);
            Thread.sleep(200);
            stats = broker.stats();
        }
        return stats;
    }

    @SuppressWarnings("SystemOut") // the measurement is the point
    private void report(BrokerProcess broker, Canary canary, Map<String, Long> stats) {
        System.out.println(canary.distribution());
        System.out.println("cut off: " + cut + ", peaks: heap " + stats.get("peak.heap") + ", least in a second "
                + stats.get("peak.live") + ", direct " + stats.get("peak.direct"));
        stats.entrySet().stream()
                .filter(each -> each.getValue() != 0)
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> System.out.println("  " + each.getKey() + " = " + each.getValue()));
        System.out.println(broker.output());
    }
}
