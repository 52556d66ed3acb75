package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * A broker in a process of its own. Prints {@code READY port}, then {@code CUT clientId} for each client that it cuts off,
 * and answers each line of its input with {@code STATS name=value ...}; ends with its input.
 *
 * <p>Argument: the slow-consumer timeout in ms.
 */
public final class HostileBroker {
    private static final int SAMPLE_MILLIS = 20;

    private HostileBroker() {}

    @SuppressWarnings("SystemOut") // read by the test
    public static void main(String[] args) throws Exception {
        Readings readings = new Readings();
        try (MaxMQ broker = MaxMQ.builder()
                .name("h")
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .connections(ConnectionLimits.builder()
                        .slowConsumerTimeout(Duration.ofMillis(Long.parseLong(args[0])))
                        .build())
                .metrics(readings)
                .eventListener(new CutOff())
                .start()) {
            Peaks peaks = new Peaks();
            peaks.setDaemon(true);
            peaks.start();
            System.out.println("READY " + broker.listeners().tcp().port());
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (commands.readLine() != null) {
                StringBuilder stats = new StringBuilder("STATS");
                for (Map.Entry<String, Long> each : readings.all().entrySet()) {
                    stats.append(' ').append(each.getKey()).append('=').append(each.getValue());
                }
                stats.append(" peak.heap=").append(peaks.heap);
                stats.append(" peak.live=").append(peaks.live);
                stats.append(" peak.direct=").append(peaks.direct);
                stats.append(" now.direct=").append(PlatformDependent.usedDirectMemory());
                System.out.println(stats);
            }
        }
    }

    /** What the process has taken at most, as far as sampling sees it. */
    private static final class Peaks extends Thread {
        private static final int SAMPLES = 50;

        volatile long heap;
        /** The highest of what was least in use over a second: without most of the garbage. */
        volatile long live;

        volatile long direct;

        Peaks() {
            super("peaks");
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // the only writer
        public void run() {
            Runtime runtime = Runtime.getRuntime();
            while (true) {
                long least = Long.MAX_VALUE;
                for (int i = 0; i < SAMPLES; i++) {
                    long used = runtime.totalMemory() - runtime.freeMemory();
                    heap = Math.max(heap, used);
                    least = Math.min(least, used);
                    direct = Math.max(direct, PlatformDependent.usedDirectMemory());
                    try {
                        Thread.sleep(SAMPLE_MILLIS);
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                live = Math.max(live, least);
            }
        }
    }

    private static final class CutOff implements BrokerListener {
        @Override
        @SuppressWarnings("SystemOut") // read by the test
        public void onEvent(BrokerEvent event) {
            if (event instanceof BrokerEvent.SlowConsumer slow) {
                System.out.println("CUT " + slow.client().clientId());
            } else {
                System.out.println("EVENT " + event);
            }
        }

        @Override
        public boolean wants(Class<? extends BrokerEvent> kind) {
            return kind == BrokerEvent.SlowConsumer.class
                    || kind == BrokerEvent.PluginFailed.class
                    || kind == BrokerEvent.LoopStalled.class;
        }
    }
}
