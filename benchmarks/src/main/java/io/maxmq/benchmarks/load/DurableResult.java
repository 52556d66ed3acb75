package io.maxmq.benchmarks.load;

/**
 * The measurement of a {@link DurableLoad}, and the result of its check of every message over the whole run, warm-up
 * included.
 *
 *
 * @param acknowledged to the publishers (PUBACK, PUBCOMP) in the measured time
 *
 * @param delivered to clients that are connected, in the measured time
 *
 * @param p50Nanos from a publisher's write to the acknowledgement
 *
 * @param recordsPerSync of the broker's store in the measured time; NaN when it does not tell
 *
 * @param expected messages sent
 *
 * @param unacknowledged messages that the broker had not acknowledged when nothing more came
 *
 * @param lost of all sent, that their session had not delivered when nothing more came
 *
 * @param trouble why the broker closed a connection; empty when it did not
 */
public record DurableResult(
        LoadMeter.Usage usage,
        long acknowledged,
        long delivered,
        long p50Nanos,
        long p99Nanos,
        double recordsPerSync,
        long expected,
        long unacknowledged,
        long lost,
        long duplicates,
        long outOfOrder,
        long corrupt,
        String trouble) {

    public double acknowledgedPerSecond() {
        return acknowledged / usage.seconds();
    }

    public double acknowledgedPerBrokerSecond() {
        return acknowledged / usage.brokerSeconds();
    }
}
