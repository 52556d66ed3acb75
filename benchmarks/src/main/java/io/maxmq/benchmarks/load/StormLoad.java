package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Clients that come and go: connect, CONNECT, CONNACK, DISCONNECT, and the broker's close, then the next one in its place.
 * Each cycle is a new TCP connection; the client ids return.
 */
public final class StormLoad {
    private static final int CLIENTS = 100;

    private final LoadLoop loop;
    private final Deque<Client> ended = new ArrayDeque<>();
    private long cycles;

    private StormLoad(LoadLoop loop) {
        this.loop = loop;
    }

    /**
     * The result of the storm.
     *
     *
     * @param cycles complete ones in the measured time
     *
     * @param trouble the cause of the first failed connection; empty without one
     */
    public record Result(LoadMeter.Usage usage, long cycles, String trouble) {
        public double cyclesPerSecond() {
            return cycles / usage.seconds();
        }

        public double cyclesPerBrokerSecond() {
            return cycles / usage.brokerSeconds();
        }
    }

    /** Runs the storm for both durations. */
    public static Result run(TargetAddress endpoint, LoadMeter meter, Duration warmup, Duration measured)
            throws IOException {
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            StormLoad storm = new StormLoad(loop);
            for (int i = 0; i < CLIENTS; i++) {
                loop.open(storm.new Client("bench-" + i));
            }
            storm.runFor(warmup);
            long cyclesBefore = storm.cycles;
            LoadMeter.Sample before = meter.sample();
            storm.runFor(measured);
            LoadMeter.Sample after = meter.sample();
            return new Result(LoadMeter.between(before, after), storm.cycles - cyclesBefore, loop.firstTrouble());
        }
    }

    private void runFor(Duration duration) throws IOException {
        long end = System.nanoTime() + duration.toNanos();
        while (loop.nowNanos() - end < 0 && loop.firstTrouble().isEmpty()) {
            loop.poll(10);
            for (Client client = ended.poll(); client != null; client = ended.poll()) {
                cycles++;
                loop.forget(client);
                loop.open(new Client(client.clientId));
            }
        }
    }

    private final class Client extends ClientConnection {
        private final String clientId;

        Client(String clientId) {
            super(loop, clientId);
            this.clientId = clientId;
        }

        @Override
        void onReady(int receiveMaximum) {
            try {
                send(Wire.disconnect());
            } catch (IOException e) {
                fail(String.valueOf(e.getMessage()));
            }
        }

        @Override
        void onEnd() {
            if (isReady()) {
                close();
                ended.add(this);
            } else {
                super.onEnd();
            }
        }
    }
}
