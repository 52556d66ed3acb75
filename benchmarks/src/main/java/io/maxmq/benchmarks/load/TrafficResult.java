package io.maxmq.benchmarks.load;

/**
 * The measurement of a {@link TrafficLoad}, and the result of its check of every message over the whole run, warm-up
 * included.
 *
 *
 * @param sent by all publishers in the measured time
 *
 * @param received by all subscribers in the measured time
 *
 * @param p50Nanos from due time (fixed rate) or write (closed loop) to the subscriber's read
 *
 * @param lost messages that no one received before the drain ended
 *
 * @param trouble why the broker closed a connection; empty when it did not
 */
public record TrafficResult(
        LoadMeter.Usage usage,
        long sent,
        long received,
        long p50Nanos,
        long p99Nanos,
        long expected,
        long lost,
        long duplicates,
        long outOfOrder,
        long corrupt,
        String trouble) {
    public double receivedPerSecond() {
        return received / usage.seconds();
    }

    public double sentPerSecond() {
        return sent / usage.seconds();
    }

    /** Messages delivered per second of the broker's CPU time. */
    public double receivedPerBrokerSecond() {
        return received / usage.brokerSeconds();
    }
}
