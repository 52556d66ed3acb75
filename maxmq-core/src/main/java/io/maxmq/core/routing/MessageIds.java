package io.maxmq.core.routing;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Generator of 128-bit message ids. Sorted as unsigned numbers, ids are in time order; they are unique among brokers:
 * <pre>
 * high: | 0 (1) | ms since 2020-01-01T00:00:00Z (42) | datacenter (8) | machine (13) |
 * low:  | process incarnation (22)                   | sequence (42)                 |
 * </pre>
 *
 * Each loop has one generator; the loops of a broker share the sequence, so no two ids are equal. While the wall clock
 * is behind the last id, the time of new ids stands still. Runs on its loop. Not thread-safe.
 */
public final class MessageIds {
    /** 2020-01-01T00:00:00Z in ms since the epoch. */
    public static final long EPOCH_MILLIS = 1_577_836_800_000L;

    private static final long SEQUENCE_MASK = (1L << 42) - 1;

    /**
     * Origin of the ids of this broker, with the field sizes of the diagram above. The loops of the broker share the
     * sequence.
     */
    public record Origin(int datacenter, int machine, int process, AtomicLong sequence) {
        public Origin {
            requireRange("datacenter", datacenter, 1 << 8);
            requireRange("machine", machine, 1 << 13);
            requireRange("process", process, 1 << 22);
        }

        private static void requireRange(String name, int value, int end) {
            if (value < 0 || value >= end) {
                throw new IllegalArgumentException(name + " must be 0.." + (end - 1) + ": " + name + "=" + value);
            }
        }
    }

    private final LongSupplier epochMillis;
    private final Origin origin;
    private final long placeBits;
    private final long processBits;
    private long lastMillis;

    /** @param epochMillis wall time in ms since 1970 */
    public MessageIds(Origin origin, LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
        this.origin = origin;
        this.placeBits = ((long) origin.datacenter() << 13) | origin.machine();
        this.processBits = (long) origin.process() << 42;
    }

    /** The upper half of the next id; {@link #nextLow} completes it. */
    long nextHigh() {
        lastMillis = Math.max(lastMillis, epochMillis.getAsLong() - EPOCH_MILLIS);
        return (lastMillis << 21) | placeBits;
    }

    long nextLow() {
        return processBits | (origin.sequence().getAndIncrement() & SEQUENCE_MASK);
    }
}
