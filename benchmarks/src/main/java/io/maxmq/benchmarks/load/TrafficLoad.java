package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a {@link TrafficPlan} says and checks every message that arrives. Payload: time stamp (8 bytes), stream (4),
 * sequence (4), filler.
 *
 * <p>One thread does everything in the closed loop. At a fixed rate a second one sends, so that waiting for the next due
 * time, which needs finer steps than a selector's time-out, does not delay reading. The time stamp is then the time at
 * which the message was due: a broker or a generator that falls behind shows in the percentiles.
 */
public final class TrafficLoad {
    private static final int MAX_OUT_BYTES = 256 * 1024;
    private static final long STALL_NANOS = 1_000_000_000L;
    private static final long MAX_DRAIN_NANOS = 30_000_000_000L;
    /** At a fixed rate messages due in one such span leave together. */
    private static final long RATE_STEP_NANOS = 100_000;

    private final TrafficPlan plan;
    private final LoadLoop loop;
    private final LoadMeter meter;
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();

    /**
     * Of each stream how many messages are no longer on their way, summed over its subscribers: delivered, or dropped, which
     * shows when a later one arrives.
     */
    private final long[] settled;

    private final Histogram latency = new Histogram();
    private long received;
    private long corrupt;
    private long measureFromNanos = Long.MAX_VALUE;
    private long measureToNanos = Long.MAX_VALUE;
    /** Written by the pacing thread, read by the loop's. */
    private volatile String pacerTrouble = "";

    private TrafficLoad(TrafficPlan plan, LoadLoop loop, LoadMeter meter) {
        this.plan = plan;
        this.loop = loop;
        this.meter = meter;
        settled = new long[plan.publishers()];
    }

    /** Connects, subscribes, sends for both durations, drains, disconnects. */
    public static TrafficResult run(
            TargetAddress endpoint, TrafficPlan plan, LoadMeter meter, Duration warmup, Duration measured)
            throws IOException {
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            TrafficLoad load = new TrafficLoad(plan, loop, meter);
            load.connect();
            return load.measure(warmup, measured);
        }
    }

    private void connect() throws IOException {
        for (int i = 0; i < plan.subscribers(); i++) {
            subscribers.add(new Subscriber(i));
        }
        for (int i = 0; i < plan.publishers(); i++) {
            publishers.add(new Publisher(i));
        }
        loop.openAll(subscribers);
        loop.openAll(publishers);
        loop.subscribeAll(subscribers, subscriber -> plan.filter(subscriber.index), plan.qos());
    }

    private TrafficResult measure(Duration warmup, Duration measured) throws IOException {
        long start = System.nanoTime();
        long warm = start + warmup.toNanos();
        long end = warm + measured.toNanos();
        Thread pacer = plan.ratePerSecond() > 0 ? startPacer(start, end) : null;

        sendUntil(warm, pacer != null);
        long sentBefore = sent();
        long receivedBefore = received;
        LoadMeter.Sample before = meter.sample();
        measureFromNanos = before.atNanos();
        sendUntil(end, pacer != null);
        LoadMeter.Sample after = meter.sample();
        measureToNanos = after.atNanos();
        long sentMeasured = sent() - sentBefore;
        long receivedMeasured = received - receivedBefore;

        stop(pacer);
        drain();
        return result(LoadMeter.between(before, after), sentMeasured, receivedMeasured);
    }

    private void sendUntil(long endNanos, boolean paced) throws IOException {
        long progress = received;
        long progressNanos = System.nanoTime();
        while (loop.nowNanos() - endNanos < 0 && trouble().isEmpty()) {
            if (!paced) {
                for (Publisher publisher : publishers) {
                    publisher.pump();
                }
            }
            loop.poll(5);
            if (received != progress) {
                progress = received;
                progressNanos = loop.nowNanos();
            } else if (loop.nowNanos() - progressNanos > STALL_NANOS) {
                writeOff();
                progressNanos = loop.nowNanos();
            }
        }
    }

    /** Counts messages as lost when nothing has arrived for a while; they no longer hold their publisher back. */
    private void writeOff() {
        for (Publisher publisher : publishers) {
            settled[publisher.stream] = (long) publisher.sent * plan.copies();
        }
    }

    private Thread startPacer(long startNanos, long endNanos) {
        Thread pacer = new Thread(() -> pace(startNanos, endNanos), "pacer");
        pacer.setDaemon(true);
        pacer.start();
        return pacer;
    }

    private void pace(long startNanos, long endNanos) {
        double interval = 1e9 / plan.ratePerSecond();
        long now = System.nanoTime();
        try {
            while (now - endNanos < 0) {
                for (Publisher publisher : publishers) {
                    publisher.sendDue(startNanos, interval, now);
                }
                LockSupport.parkNanos(RATE_STEP_NANOS - (System.nanoTime() - startNanos) % RATE_STEP_NANOS);
                now = System.nanoTime();
            }
        } catch (IOException e) {
            pacerTrouble = String.valueOf(e.getMessage());
        }
    }

    private static void stop(@Nullable Thread pacer) {
        if (pacer != null) {
            try {
                pacer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drain() throws IOException {
        long begin = System.nanoTime();
        long progress = -1;
        long progressNanos = begin;
        while (!isDrained() && trouble().isEmpty()) {
            loop.poll(10);
            if (received != progress) {
                progress = received;
                progressNanos = loop.nowNanos();
            } else if (loop.nowNanos() - progressNanos > 2 * STALL_NANOS || loop.nowNanos() - begin > MAX_DRAIN_NANOS) {
                return;
            }
        }
    }

    private boolean isDrained() {
        for (Publisher publisher : publishers) {
            if (settled[publisher.stream] < (long) publisher.sent * plan.copies()
                    || (plan.qos() > 0 && publisher.unacknowledged() > 0)) {
                return false;
            }
        }
        return true;
    }

    private TrafficResult result(LoadMeter.Usage usage, long sentMeasured, long receivedMeasured) {
        long lost = 0;
        long duplicates = 0;
        long outOfOrder = 0;
        for (Subscriber subscriber : subscribers) {
            lost += subscriber.check.lost();
            duplicates += subscriber.check.duplicates();
            outOfOrder += subscriber.check.outOfOrder();
            for (Publisher publisher : publishers) {
                if (plan.shape() != TrafficPlan.Shape.PAIRS || publisher.stream == subscriber.index) {
                    lost += subscriber.check.missingAtTail(publisher.stream, publisher.sent);
                }
            }
        }
        return new TrafficResult(
                usage,
                sentMeasured,
                receivedMeasured,
                latency.percentile(50),
                latency.percentile(99),
                sent() * plan.copies(),
                lost,
                duplicates,
                outOfOrder,
                corrupt,
                trouble());
    }

    private long sent() {
        long sum = 0;
        for (Publisher publisher : publishers) {
            sum += publisher.sent;
        }
        return sum;
    }

    private String trouble() {
        return loop.firstTrouble().isEmpty() ? pacerTrouble : loop.firstTrouble();
    }

    private final class Publisher extends ClientConnection {
        final int stream;
        private final ByteBuffer template;
        private final int packetBytes;
        private final int packetIdAt;
        private final int payloadAt;
        private final int batch;
        /** Written by the loop's thread, read by the one that sends. */
        private final AtomicInteger acknowledged = new AtomicInteger();

        private int window = plan.window();
        private int packetId;
        /** Written by the thread that sends; at a fixed rate the other one reads it a little late, which does no harm. */
        int sent;

        Publisher(int stream) {
            super(loop, "bench-pub-" + stream);
            this.stream = stream;
            int version = loop.endpoint.version();
            ByteBuffer head = Wire.publishHead(version, plan.topic(stream), plan.qos(), false, plan.payloadBytes());
            payloadAt = head.remaining();
            packetIdAt = payloadAt - 2 - (version == Wire.V5 ? 1 : 0);
            packetBytes = payloadAt + plan.payloadBytes();
            template = ByteBuffer.allocateDirect(packetBytes);
            template.put(head);
            template.putInt(payloadAt + 8, stream);
            batch = plan.qos() == 0 ? Math.max(1, plan.outstanding() / 4) : 1;
        }

        @Override
        void onReady(int receiveMaximum) {
            window = Math.min(plan.window(), receiveMaximum);
            reserve(Math.min(MAX_OUT_BYTES, Math.max(2, plan.outstanding()) * packetBytes));
        }

        @Override
        void onAcknowledgement(int type, int id) {
            switch (type) {
                case Wire.PUBACK, Wire.PUBCOMP -> acknowledged.lazySet(acknowledged.getPlain() + 1);
                case Wire.PUBREC -> acknowledge(Wire.PUBREL, id);
                default -> throw new ProtocolException("unexpected acknowledgement " + type);
            }
        }

        int unacknowledged() {
            return sent - acknowledged.getAcquire();
        }

        /** Closed loop: sends as much as there is room for, when that is worth a write. */
        void pump() throws IOException {
            int room = plan.outstanding() - (int) (sent - settled[stream] / plan.copies());
            if (plan.qos() > 0) {
                room = Math.min(room, window - unacknowledged());
            }
            if (room < batch) {
                return;
            }
            room = Math.min(room, out.remaining() / packetBytes);
            if (room > 0) {
                long now = System.nanoTime();
                for (int i = 0; i < room; i++) {
                    append(now);
                }
                flush();
            }
        }

        /** Fixed rate: message k of this publisher is number k * publishers + stream of all. */
        void sendDue(long startNanos, double intervalNanos, long now) throws IOException {
            while (out.remaining() >= packetBytes && (plan.qos() == 0 || unacknowledged() < window)) {
                long number = (long) sent * plan.publishers() + stream;
                long due = startNanos + (long) (number * intervalNanos);
                if (now - due < 0) {
                    break;
                }
                append(due);
            }
            if (out.position() > 0) {
                writeOnce();
            }
        }

        private void append(long stampNanos) { // hot: per message
            int at = out.position();
            out.put(at, template, 0, packetBytes);
            if (plan.qos() > 0) {
                packetId = packetId == 65_535 ? 1 : packetId + 1;
                out.putShort(at + packetIdAt, (short) packetId);
            }
            out.putLong(at + payloadAt, stampNanos);
            out.putInt(at + payloadAt + 12, sent++);
            out.position(at + packetBytes);
        }
    }

    private final class Subscriber extends ClientConnection {
        final int index;
        final SequenceCheck check = new SequenceCheck(plan.publishers());

        Subscriber(int index) {
            super(loop, "bench-sub-" + index);
            this.index = index;
        }

        @Override
        void onPublish(int header, ByteBuffer in, int body, int end) { // hot: per message
            int position = body + 2 + (in.getShort(body) & 0xFFFF);
            int qos = header >> 1 & 3;
            if (qos > 0) {
                acknowledge(qos == 1 ? Wire.PUBACK : Wire.PUBREC, in.getShort(position) & 0xFFFF);
                position += 2;
            }
            if (loop.endpoint.version() == Wire.V5) {
                position += 1 + in.get(position); // publishers set no properties, so a broker adds at most a few
            }
            if (end - position != plan.payloadBytes()) {
                corrupt++;
                return;
            }
            long stamp = in.getLong(position);
            int stream = in.getInt(position + 8);
            if (stream < 0 || stream >= settled.length) {
                corrupt++;
                return;
            }
            settled[stream] += check.accept(stream, in.getInt(position + 12));
            received++;
            if (stamp >= measureFromNanos && stamp < measureToNanos) {
                latency.record(loop.nowNanos() - stamp);
            }
        }

        @Override
        void onAcknowledgement(int type, int id) {
            if (type != Wire.PUBREL) {
                throw new ProtocolException("unexpected acknowledgement " + type);
            }
            acknowledge(Wire.PUBCOMP, id);
        }
    }
}
