package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.time.Duration;

/**
 * The buffer of a sink: its bounds, its batches and its retries. Immutable; each method returns a changed copy.
 *
 *
 * @param maxRecords the most waiting records, 1 or more
 * @param maxBytes the most bytes of waiting records, as JSON, 1 or more; an empty buffer takes a larger record
 * @param overflow the policy beyond these bounds
 * @param maxBatchRecords the most records of one write, 1 or more
 *
 * @param linger how long a record waits for others to fill the batch; zero for no wait
 * @param maxAttempts the attempts before a record becomes a dead letter, 1 or more; {@link Integer#MAX_VALUE} for ever
 * @param firstBackoff the pause before the second attempt; doubles each time, with a random reduction of up to one half
 * @param maxBackoff the longest pause; also the interval of probes of an unavailable sink
 * @param failuresToOpen the failed writes in a row after which the sink is probed instead of written to, 1 or more
 * @param deadLetters the number of kept dead letters, 0 or more
 * @param maxDeadLetterBytes their bytes, as JSON, 0 or more; a larger one is counted and not kept
 *
 * @since 0.1.0
 */
@Preview
public record Buffering(
        int maxRecords,
        long maxBytes,
        SinkOverflow overflow,
        int maxBatchRecords,
        Duration linger,
        int maxAttempts,
        Duration firstBackoff,
        Duration maxBackoff,
        int failuresToOpen,
        int deadLetters,
        long maxDeadLetterBytes) {

    /**
     * 10,000 records of 16 MiB, the oldest give way, batches of one, 8 attempts 200 ms to 30 s apart, probed after 3 failures, the
     * last 100 dead letters of 1 MiB.
     */
    public static final Buffering DEFAULTS = new Buffering(
            10_000,
            16L << 20,
            SinkOverflow.DROP_OLDEST,
            1,
            Duration.ZERO,
            8,
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            3,
            100,
            1L << 20);

    /** Checks the ranges. */
    public Buffering {
        atLeast("maxRecords", maxRecords, 1);
        atLeast("maxBytes", maxBytes, 1);
        atLeast("maxBatchRecords", maxBatchRecords, 1);
        atLeast("maxAttempts", maxAttempts, 1);
        atLeast("failuresToOpen", failuresToOpen, 1);
        atLeast("deadLetters", deadLetters, 0);
        atLeast("maxDeadLetterBytes", maxDeadLetterBytes, 0);
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger must not be negative: linger=" + linger);
        }
        if (firstBackoff.toMillis() < 1 || maxBackoff.compareTo(firstBackoff) < 0) {
            throw new IllegalArgumentException(
                    "backoff must be 1 ms or more, and maxBackoff no less than firstBackoff: " + "firstBackoff="
                            + firstBackoff + ", maxBackoff=" + maxBackoff);
        }
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be " + least + " or more: " + name + "=" + value);
        }
    }

    /** Another bound of what waits. */
    public Buffering bound(int records, long bytes, SinkOverflow newOverflow) {
        return new Buffering(
                records,
                bytes,
                newOverflow,
                maxBatchRecords,
                linger,
                maxAttempts,
                firstBackoff,
                maxBackoff,
                failuresToOpen,
                deadLetters,
                maxDeadLetterBytes);
    }

    /** Writes several records at a time. */
    public Buffering batches(int records, Duration newLinger) {
        return new Buffering(
                maxRecords,
                maxBytes,
                overflow,
                records,
                newLinger,
                maxAttempts,
                firstBackoff,
                maxBackoff,
                failuresToOpen,
                deadLetters,
                maxDeadLetterBytes);
    }

    /** Tries more or less often. */
    public Buffering attempts(int attempts, Duration first, Duration longest) {
        return new Buffering(
                maxRecords,
                maxBytes,
                overflow,
                maxBatchRecords,
                linger,
                attempts,
                first,
                longest,
                failuresToOpen,
                deadLetters,
                maxDeadLetterBytes);
    }

    /** Probes in place of writing after so many failed writes in a row. */
    public Buffering opensAfter(int failures) {
        return new Buffering(
                maxRecords,
                maxBytes,
                overflow,
                maxBatchRecords,
                linger,
                maxAttempts,
                firstBackoff,
                maxBackoff,
                failures,
                deadLetters,
                maxDeadLetterBytes);
    }

    /** Keeps so many dead letters. */
    public Buffering keepsDeadLetters(int letters) {
        return keepsDeadLetters(letters, maxDeadLetterBytes);
    }

    /** Keeps so many dead letters, of so many bytes; they are charged to the broker's memory. */
    public Buffering keepsDeadLetters(int letters, long bytes) {
        return new Buffering(
                maxRecords,
                maxBytes,
                overflow,
                maxBatchRecords,
                linger,
                maxAttempts,
                firstBackoff,
                maxBackoff,
                failuresToOpen,
                letters,
                bytes);
    }
}
