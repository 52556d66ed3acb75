package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A thousand brokers in one JVM, one after the other and several side by side: what one takes, it gives back. */
class ManyBrokersIT {
    private static final int BROKERS = 1000;
    private static final int SIDE_BY_SIDE = 10;

    /** The first ones load classes and fill pools that stay. */
    private static final int WARM_UP = 200;

    /** For all that is not the brokers', and for loggers, which bear their names: 1.3 kB per broker would be more. */
    private static final long HEAP_SLACK_BYTES = 1024 * 1024;

    private static final long DIRECT_SLACK_BYTES = 1024 * 1024;
    private static final int OPEN_FILES_SLACK = 4;

    @Test
    void takeNoMoreThanTheFirstOnes() throws Exception {
        startAndClose(0, WARM_UP);
        Taken before = Taken.whenSettled(null);

        startAndClose(WARM_UP, BROKERS);

        Taken after = Taken.whenSettled(before);
        assertThat(threadsOfBrokers()).isEmpty();
        assertThat(after.threads()).as("%s, before %s", after, before).isLessThanOrEqualTo(before.threads());
        assertThat(after.heapBytes())
                .as("%s, before %s", after, before)
                .isLessThan(before.heapBytes() + HEAP_SLACK_BYTES);
        assertThat(after.directBytes())
                .as("%s, before %s", after, before)
                .isLessThan(before.directBytes() + DIRECT_SLACK_BYTES);
        assertThat(after.openFiles())
                .as("%s, before %s", after, before)
                .isLessThanOrEqualTo(before.openFiles() + OPEN_FILES_SLACK);
    }

    private static void startAndClose(int from, int to) throws Exception {
        for (int first = from; first < to; first += SIDE_BY_SIDE) {
            List<MaxMQ> brokers = new ArrayList<>();
            for (int i = first; i < first + SIDE_BY_SIDE; i++) {
                brokers.add(MaxMQ.builder()
                        .name("many-" + i)
                        .listener(Listener.tcp(0))
                        .allowAnonymous()
                        .loops(1 + i % 2)
                        .start());
            }
            use(brokers.get(0));
            brokers.forEach(MaxMQ::close);
        }
    }

    /** One client that says goodbye, one that does not, and a session, a retained message and a handler that stay behind. */
    private static void use(MaxMQ broker) throws Exception {
        broker.subscribe("a/#", message -> {}).active().toCompletableFuture().get(30, TimeUnit.SECONDS);
        try (TestClient polite = connect(broker, "polite");
                TestClient rude = connect(broker, "rude")) {
            rude.subscribe("a/+", QoS.AT_LEAST_ONCE);
            polite.publish("a/b", "there and back", QoS.AT_LEAST_ONCE);
            rude.expectMessage("a/b", "there and back");
            broker.publish(Message.builder("a/c").payload("x").retain(true).build())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            polite.disconnect();
        }
    }

    private static TestClient connect(MaxMQ broker, String clientId) throws IOException {
        Listeners.Bound tcp = broker.listeners().tcp();
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, new Socket(tcp.host(), tcp.port()));
        client.connect(clientId, true);
        return client;
    }

    private static List<String> threadsOfBrokers() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("maxmq-many-"))
                .toList();
    }

    /**
     * What this JVM has in use.
     *
     * @param directBytes as Netty counts them, -1 where it doesn't
     * @param openFiles 0 where the system does not tell
     */
    private record Taken(int threads, long heapBytes, long directBytes, long openFiles) {
        private static final Duration PATIENCE = Duration.ofSeconds(20);

        /**
         * After garbage collections and the end of what lingers, such as Netty's own global executor.
         *
         * @param goal when it isn't null waits, for a while, until there is no more than that
         */
        static Taken whenSettled(Taken goal) throws InterruptedException, IOException {
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            Taken last = now();
            while (System.nanoTime() < deadlineNanos) {
                TimeUnit.MILLISECONDS.sleep(300);
                Taken next = now();
                boolean settled = goal == null ? last.isLike(next) : next.isWithin(goal);
                if (settled) {
                    return next;
                }
                last = next;
            }
            return last;
        }

        private static Taken now() throws IOException {
            System.gc();
            Runtime jvm = Runtime.getRuntime();
            return new Taken(
                    Thread.getAllStackTraces().size(),
                    jvm.totalMemory() - jvm.freeMemory(),
                    PlatformDependent.usedDirectMemory(),
                    countOpenFiles());
        }

        private static long countOpenFiles() throws IOException {
            Path open = Path.of("/proc/self/fd");
            if (!Files.isDirectory(open)) {
                return 0;
            }
            try (Stream<Path> files = Files.list(open)) {
                return files.count();
            }
        }

        private boolean isLike(Taken other) {
            return threads == other.threads && Math.abs(heapBytes - other.heapBytes) < HEAP_SLACK_BYTES / 5;
        }

        private boolean isWithin(Taken goal) {
            return threads <= goal.threads
                    && heapBytes <= goal.heapBytes
                    && directBytes <= goal.directBytes
                    && openFiles <= goal.openFiles;
        }
    }
}
