package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;

/**
 * Stores retained messages, one per topic, then lets one subscriber after another fetch them all with one wildcard filter
 * at QoS 1. Each message must come once, with the RETAIN flag.
 */
public final class RetainedLoad {
    private static final int PAYLOAD_BYTES = 64;
    private static final int WINDOW = 100;
    private static final long STALL_MILLIS = 10_000;
    /** For storing all, and for one fetch. */
    private static final long MAX_NANOS = 60_000_000_000L;

    private static final String FILTER = "bench/r/#";

    private final LoadLoop loop;
    private final int count;

    private RetainedLoad(LoadLoop loop, int count) {
        this.loop = loop;
        this.count = count;
    }

    /**
     * The result of the load.
     *
     *
     * @param fetched messages received by the subscribers of the measured time
     *
     * @param perMessage memory for each retained message beyond its topic and payload
     */
    public record Result(LoadMeter.Usage usage, long fetched, MemoryProbe.PerItem perMessage) {
        public double fetchedPerSecond() {
            return fetched / usage.seconds();
        }

        public double fetchedPerBrokerSecond() {
            return fetched / usage.brokerSeconds();
        }
    }

    /** Stores {@code count} messages; fetches them for {@code warmup} and for {@code measured}, at least once each. */
    public static Result run(
            TargetAddress endpoint, int count, LoadMeter meter, MemoryProbe probe, Duration warmup, Duration measured)
            throws IOException {
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            RetainedLoad load = new RetainedLoad(loop, count);
            Publisher publisher = load.new Publisher();
            loop.openAll(List.of(publisher));
            MemoryProbe.Memory before = probe.read();
            load.store(publisher);
            MemoryProbe.PerItem gross = probe.read().since(before, count);
            double net = topic(0).length() + PAYLOAD_BYTES;

            load.fetchFor(warmup);
            LoadMeter.Sample begin = meter.sample();
            long fetched = load.fetchFor(measured);
            LoadMeter.Sample end = meter.sample();
            return new Result(
                    LoadMeter.between(begin, end),
                    fetched,
                    new MemoryProbe.PerItem(gross.liveBytes() - net, gross.residentBytes() - net));
        }
    }

    private void store(Publisher publisher) throws IOException {
        long deadline = System.nanoTime() + MAX_NANOS;
        int seen = -1;
        while (publisher.acknowledged < count) {
            if (publisher.acknowledged == seen || loop.nowNanos() - deadline > 0) {
                throw new IOException("stored only " + publisher.acknowledged + " of " + count);
            }
            seen = publisher.acknowledged;
            int expected = seen;
            publisher.pump();
            loop.pollUntil(() -> publisher.acknowledged > expected || publisher.isClosed(), STALL_MILLIS);
        }
    }

    private long fetchFor(Duration duration) throws IOException {
        long end = System.nanoTime() + duration.toNanos();
        long fetched = 0;
        do {
            fetched += fetch();
        } while (System.nanoTime() - end < 0);
        return fetched;
    }

    private int fetch() throws IOException {
        Subscriber subscriber = new Subscriber();
        loop.openAll(List.of(subscriber));
        loop.subscribeAll(List.of(subscriber), FILTER, 1);
        long deadline = System.nanoTime() + MAX_NANOS;
        int seen = -1;
        while (subscriber.received < count) {
            if (subscriber.received == seen || loop.nowNanos() - deadline > 0) {
                throw new IOException("received only " + subscriber.received + " of " + count);
            }
            seen = subscriber.received;
            int expected = seen;
            loop.pollUntil(() -> subscriber.received > expected || subscriber.isClosed(), STALL_MILLIS);
        }
        subscriber.disconnect();
        loop.forget(subscriber);
        return subscriber.received;
    }

    private static String topic(int number) {
        return "bench/r/%04d/%04d".formatted(number / 1000, number % 1000);
    }

    private final class Publisher extends ClientConnection {
        private final byte[] filler = new byte[PAYLOAD_BYTES - 4];
        private int window = WINDOW;
        private int sent;
        int acknowledged;

        Publisher() {
            super(loop, "bench-pub");
        }

        @Override
        void onReady(int receiveMaximum) {
            window = Math.min(WINDOW, receiveMaximum);
        }

        void pump() throws IOException {
            while (sent < count && sent - acknowledged < window) {
                ByteBuffer head = Wire.publishHead(loop.endpoint.version(), topic(sent), 1, true, PAYLOAD_BYTES);
                head.putShort(head.limit() - 2 - (loop.endpoint.version() == Wire.V5 ? 1 : 0), packetId(sent));
                reserve(head.remaining() + PAYLOAD_BYTES);
                out.put(head).putInt(sent++).put(filler);
            }
            flush();
        }

        private static short packetId(int number) {
            return (short) (1 + number % 65_535);
        }

        @Override
        void onAcknowledgement(int type, int packetId) {
            acknowledged++;
        }
    }

    private final class Subscriber extends ClientConnection {
        private final BitSet seen = new BitSet(count);
        int received;

        Subscriber() {
            super(loop, "bench-sub");
        }

        @Override
        void onPublish(int header, ByteBuffer in, int body, int end) {
            if ((header >> 1 & 3) == 1) {
                int topicBytes = in.getShort(body) & 0xFFFF;
                acknowledge(Wire.PUBACK, in.getShort(body + 2 + topicBytes) & 0xFFFF);
            }
            int number = in.getInt(end - PAYLOAD_BYTES);
            if ((header & 1) == 0 || number < 0 || number >= count || seen.get(number)) {
                throw new ProtocolException("not retained, or a duplicate: number=" + number);
            }
            seen.set(number);
            received++;
        }
    }
}
