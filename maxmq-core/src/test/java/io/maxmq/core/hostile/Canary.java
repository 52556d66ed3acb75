package io.maxmq.core.hostile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A well-behaved pair of clients: five times a second one publishes at QoS 1 to a topic that is theirs alone, and the other
 * acknowledges. Measures how long each message takes from the one to the other, and how much of that the threads of broker
 * and canary spent waiting for a processor.
 */
final class Canary extends Thread {
    private static final long PERIOD_NANOS = 200_000_000L;
    private static final long LIMIT_NANOS = 250_000_000L;

    private final BrokerProcess broker;
    private final RawClient publisher;
    private final RawClient subscriber;
    private final List<RoundTrip> roundTrips = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stop;
    private volatile Throwable failure;

    /** @param waitedNanos what the machine kept it waiting */
    record RoundTrip(long nanos, long waitedNanos) {
        /** What is left for the broker to answer for. */
        long brokerNanos() {
            return Math.max(0, nanos - waitedNanos);
        }
    }

    Canary(BrokerProcess broker) {
        super("canary");
        this.broker = broker;
        publisher = RawClient.open(4, broker.port(), 0);
        publisher.send(Wire.connect(4, "canary-publisher")).expectAccepted();
        subscriber = RawClient.open(5, broker.port(), 0);
        subscriber.send(Wire.connect(5, "canary-subscriber")).expectAccepted();
        subscriber.send(Wire.subscribe(5, 1, 1, "canary/own")).expect(Wire.SUBACK);
        setPriority(MAX_PRIORITY);
    }

    @Override
    public void run() {
        try {
            subscriber.timeoutMillis(10_000);
            for (int id = 1; !stop; id = id % 60_000 + 1) {
                long waitedBefore = waited();
                long start = System.nanoTime();
                publisher.send(Wire.publish(4, 1, id, "canary/own", new byte[16]));
                RawClient.Frame message = subscriber.expect(Wire.PUBLISH);
                long nanos = System.nanoTime() - start;
                // A thread that has ended takes what it had waited with it.
                roundTrips.add(new RoundTrip(nanos, Math.max(0, waited() - waitedBefore)));
                subscriber.send(Wire.ack(Wire.PUBACK, message.publishId()));
                publisher.expect(Wire.PUBACK);
                long leftNanos = PERIOD_NANOS - (System.nanoTime() - start);
                if (leftNanos > 0) {
                    Thread.sleep(leftNanos / 1_000_000);
                }
            }
        } catch (Throwable t) {
            failure = t;
        }
    }

    private long waited() {
        // A message is on one loop after the other; a collection stops both.
        return broker.waitedNanos("maxmq-h-loop")
                + broker.waitedNanos("VM Thread")
                + broker.waitedNanos("GC Thread")
                + BrokerProcess.waitedNanos()
                + BrokerProcess.stolenNanos();
    }

    /** Ends it and fails if it has failed. */
    void finish() throws InterruptedException {
        stop = true;
        join(60_000);
        if (failure != null) {
            throw new AssertionError("the canary has failed", failure);
        }
        if (isAlive()) {
            throw new AssertionError("the canary's message has not come back");
        }
        subscriber.ping();
        publisher.close();
        subscriber.close();
    }

    /**
     * Fails unless most messages came back in time, whatever the machine did, all but a few of them when that is left out,
     * and those few not much later.
     */
    void assertUndisturbed(int leastRoundTrips) {
        assertThat(roundTrips()).as(distribution()).hasSizeGreaterThan(leastRoundTrips);
        assertThat(quantile(sorted(RoundTrip::nanos), 0.5))
                .as("half of them: %s", distribution())
                .isLessThanOrEqualTo(LIMIT_NANOS);
        assertThat(quantile(sorted(RoundTrip::nanos), 0.9))
                .as("nine of ten: %s", distribution())
                .isLessThanOrEqualTo(4 * LIMIT_NANOS);
        long[] own = sorted(RoundTrip::brokerNanos);
        assertThat(quantile(own, 0.97))
                .as("without waiting for a processor, all but 3 in 100: %s", distribution())
                .isLessThanOrEqualTo(LIMIT_NANOS);
        assertThat(quantile(own, 1))
                .as("without waiting for a processor, the slowest: %s", distribution())
                .isLessThanOrEqualTo(4 * LIMIT_NANOS);
    }

    List<RoundTrip> roundTrips() {
        synchronized (roundTrips) {
            return List.copyOf(roundTrips);
        }
    }

    String distribution() {
        return "canary: " + roundTrips().size() + " round trips, ms: " + line(sorted(RoundTrip::nanos))
                + "; without waiting for a processor: " + line(sorted(RoundTrip::brokerNanos));
    }

    private long[] sorted(ToLongFunction<RoundTrip> part) {
        return roundTrips().stream().mapToLong(part).sorted().toArray();
    }

    private static String line(long[] sorted) {
        if (sorted.length == 0) {
            return "none";
        }
        return DoubleStream.of(0.5, 0.9, 0.99, 1)
                .mapToObj(each -> String.format(Locale.ROOT, "p%.0f %.1f", each * 100, quantile(sorted, each) / 1e6))
                .collect(Collectors.joining(" "));
    }

    private static long quantile(long[] sorted, double quantile) {
        return sorted[(int) Math.round(quantile * (sorted.length - 1))];
    }
}
