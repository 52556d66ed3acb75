package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Publishes to sessions that outlive their connections and checks that each message comes, once and in order: to clients that
 * are connected at once, to the others when they come back at the end. Used on one thread.
 */
public final class DurableLoad {
    private static final long STALL_MILLIS = 10_000;
    private static final long MAX_DRAIN_NANOS = 300_000_000_000L;

    private final DurablePlan plan;
    private final LoadLoop loop;
    private final Histogram latency = new Histogram();
    private final List<DurablePublisher> publishers = new ArrayList<>();
    private final List<SessionSubscriber> subscribers = new ArrayList<>();

    private DurableLoad(DurablePlan plan, LoadLoop loop) {
        this.plan = plan;
        this.loop = loop;
    }

    /** Sends for both durations, then waits for all acknowledgements and deliveries. */
    public static DurableResult run(
            TargetAddress endpoint,
            DurablePlan plan,
            LoadMeter meter,
            StoreProbe store,
            Duration warmup,
            Duration measured)
            throws IOException {
        LastingSessions.create(endpoint, 0, plan.sessions(), plan.qos());
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            DurableLoad load = new DurableLoad(plan, loop);
            if (plan.online()) {
                load.connectSubscribers();
            }
            load.connectPublishers();
            return load.measure(meter, store, warmup, measured);
        }
    }

    /**
     * The result of draining.
     *
     *
     * @param usage while messages were delivered
     *
     * @param perQueued memory for each message that waited
     *
     * @param delivered all that were queued, but for what was lost
     */
    public record Drained(
            LoadMeter.Usage usage, MemoryProbe.PerItem perQueued, long delivered, long lost, String trouble) {
        public double deliveredPerSecond() {
            return delivered / usage.seconds();
        }

        public double deliveredPerBrokerSecond() {
            return delivered / usage.brokerSeconds();
        }
    }

    /** Queues {@code messages} to offline sessions, then has them all come back at once. */
    public static Drained drain(
            TargetAddress endpoint, DurablePlan plan, long messages, LoadMeter meter, MemoryProbe memory)
            throws IOException {
        LastingSessions.create(endpoint, 0, plan.sessions(), plan.qos());
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            DurableLoad load = new DurableLoad(plan, loop);
            load.connectPublishers();
            MemoryProbe.Memory before = memory.read();
            load.queue(messages);
            MemoryProbe.PerItem perQueued = memory.read().since(before, (int) messages);

            LoadMeter.Sample begin = meter.sample();
            load.connectSubscribers();
            load.awaitDeliveries();
            LoadMeter.Sample end = meter.sample();
            return new Drained(
                    LoadMeter.between(begin, end), perQueued, load.received(), load.lost(), loop.firstTrouble());
        }
    }

    /** Queues {@code messages} to offline sessions, and leaves them there. */
    public static void fill(TargetAddress endpoint, DurablePlan plan, long messages) throws IOException {
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            DurableLoad load = new DurableLoad(plan, loop);
            load.connectPublishers();
            load.queue(messages);
        }
    }

    private void connectSubscribers() throws IOException {
        for (int i = 0; i < plan.sessions(); i++) {
            subscribers.add(new SessionSubscriber(loop, i, plan.payloadBytes()));
        }
        loop.openAll(subscribers);
        for (SessionSubscriber each : subscribers) {
            if (!each.isSessionPresent()) {
                loop.noteTrouble("session is not present");
            }
        }
    }

    private void connectPublishers() throws IOException {
        int each = plan.sessionsPerPublisher();
        for (int i = 0; i < plan.publishers(); i++) {
            int[] sessions = new int[each];
            for (int j = 0; j < each; j++) {
                sessions[j] = i * each + j;
            }
            publishers.add(new DurablePublisher(loop, "bench-pub-" + i, sessions, plan, latency));
        }
        loop.openAll(publishers);
    }

    private DurableResult measure(LoadMeter meter, StoreProbe store, Duration warmup, Duration measured)
            throws IOException {
        sendFor(warmup);
        latency.clear();
        StoreProbe.Figures storeBefore = store.read();
        long acknowledgedBefore = acknowledged();
        long receivedBefore = received();
        LoadMeter.Sample before = meter.sample();
        sendFor(measured);
        LoadMeter.Sample after = meter.sample();
        long acknowledgedMeasured = acknowledged() - acknowledgedBefore;
        long receivedMeasured = received() - receivedBefore;
        StoreProbe.Figures storeAfter = store.read();
        long p50 = latency.percentile(50);
        long p99 = latency.percentile(99);

        awaitAcknowledgements();
        if (!plan.online() && loop.firstTrouble().isEmpty()) {
            connectSubscribers();
        }
        awaitDeliveries();
        return new DurableResult(
                LoadMeter.between(before, after),
                acknowledgedMeasured,
                receivedMeasured,
                p50,
                p99,
                storeAfter.recordsPerSync(storeBefore),
                sent(),
                sent() - acknowledged(),
                lost(),
                sum(each -> each.check().duplicates()),
                sum(each -> each.check().outOfOrder()),
                sum(SessionSubscriber::corrupt),
                loop.firstTrouble());
    }

    private void sendFor(Duration duration) throws IOException {
        long end = System.nanoTime() + duration.toNanos();
        while (loop.nowNanos() - end < 0 && loop.firstTrouble().isEmpty()) {
            pump();
            loop.poll(5);
        }
    }

    private void pump() throws IOException {
        for (DurablePublisher publisher : publishers) {
            publisher.pump();
        }
    }

    private void queue(long messages) throws IOException {
        for (int i = 0; i < publishers.size(); i++) {
            long share = messages * (i + 1) / publishers.size() - messages * i / publishers.size();
            publishers.get(i).limit(share);
        }
        awaitProgress(() -> acknowledged() == messages, this::acknowledged);
        if (acknowledged() < messages) {
            throw new IOException("queued only " + acknowledged() + " of " + messages + ": " + loop.firstTrouble());
        }
    }

    private void awaitAcknowledgements() throws IOException {
        publishers.forEach(each -> each.limit(each.sent()));
        awaitProgress(() -> acknowledged() == sent(), this::acknowledged);
    }

    private void awaitDeliveries() throws IOException {
        awaitProgress(() -> received() >= sent() && lost() == 0, this::received);
    }

    /** Until the condition holds, nothing has moved for a while, or it takes too long. */
    private void awaitProgress(BooleanSupplier condition, LongSupplier progress) throws IOException {
        long deadline = System.nanoTime() + MAX_DRAIN_NANOS;
        long seen = progress.getAsLong();
        long seenNanos = System.nanoTime();
        while (!condition.getAsBoolean() && loop.firstTrouble().isEmpty()) {
            pump();
            loop.poll(5);
            long now = System.nanoTime();
            if (progress.getAsLong() != seen) {
                seen = progress.getAsLong();
                seenNanos = now;
            } else if (now - seenNanos > STALL_MILLIS * 1_000_000 || now > deadline) {
                return;
            }
        }
    }

    private long sent() {
        long sum = 0;
        for (DurablePublisher publisher : publishers) {
            sum += publisher.sent();
        }
        return sum;
    }

    private long acknowledged() {
        long sum = 0;
        for (DurablePublisher publisher : publishers) {
            sum += publisher.acknowledged();
        }
        return sum;
    }

    private long received() {
        return sum(SessionSubscriber::received);
    }

    private long sum(ToLongFunction<SessionSubscriber> figure) {
        long sum = 0;
        for (SessionSubscriber subscriber : subscribers) {
            sum += figure.applyAsLong(subscriber);
        }
        return sum;
    }

    private long lost() {
        long lost = 0;
        int each = plan.sessionsPerPublisher();
        for (SessionSubscriber subscriber : subscribers) {
            int session = subscriber.number();
            int sent = publishers.get(session / each).sentTo(session % each);
            lost += subscriber.missing(sent);
        }
        return lost;
    }
}
