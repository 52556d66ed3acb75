package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.time.Duration;

/**
 * How much may wait for a sink, how it is cut into batches, and how it is tried again. Immutable; each method answers a changed copy.
 *
 * @param maxRecords that wait, 1 or more
 * @param maxBytes of what waits, as JSON, 1 or more; the record that goes beyond is still taken when none waits
 * @param overflow what gives way beyond
 * @param maxBatchRecords in one write, 1 or more
 * @param linger how long a record waits for others to fill the batch; zero for not at all
 * @param maxAttempts how often a record is tried before it is a dead letter, 1 or more; {@link Integer#MAX_VALUE} for ever
 * @param firstBackoff before the second attempt; doubles each time, and is between half of that and all of it by chance
 * @param maxBackoff where doubling ends; also how often a sink that is down is probed
 * @param failuresToOpen after how many failed writes in a row the sink is probed in place of written to, 1 or more
 * @param deadLetters how many are kept to be looked at, 0 or more
 * @param maxDeadLetterBytes of them, as JSON, 0 or more; one that is larger by itself is counted and not kept
 * @since 0.1.0
 */
@Preview
public record Buffering(
        int maxRecords,
        long maxBytes,
        Overflow overflow,
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
            Overflow.DROP_OLDEST,
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
    public Buffering bound(int records, long bytes, Overflow newOverflow) {
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
