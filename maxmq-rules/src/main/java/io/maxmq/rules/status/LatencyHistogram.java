package io.maxmq.rules.status;

import io.maxmq.spi.Preview;
import java.util.List;

/**
 * A histogram of evaluation times.
 *
 *
 * @param buckets by rising bound; unmodifiable
 *
 * @since 0.1.0
 */
@Preview
public record LatencyHistogram(List<Bucket> buckets) {

    /** Copies the list. */
    public LatencyHistogram {
        buckets = List.copyOf(buckets);
    }

    /** Returns the number of evaluations that there were. */
    public long count() {
        return buckets.stream().mapToLong(Bucket::count).sum();
    }

    /**
     * A time that this part of all evaluations has not reached; as fine as the buckets are.
     *
     * @param part 0..1, 0.99 say
     * @return nanoseconds; 0 without any evaluation
     */
    public long below(double part) {
        double wanted = part * count();
        long seen = 0;
        for (Bucket each : buckets) {
            seen += each.count();
            if (seen > 0 && seen >= wanted) {
                return each.belowNanos();
            }
        }
        return 0;
    }

    /**
     * Evaluations that took less than one time, and no less than the bucket before says.
     *
     * @param belowNanos nanoseconds; {@link Long#MAX_VALUE} for all the rest
     * @param count how many
     * @since 0.1.0
     */
    @Preview
    public record Bucket(long belowNanos, long count) {}
}
