package io.maxmq.limit;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A sliding window counter: counts by windows of fixed length and estimates what a window that ends now holds as
 *
 * <pre>
 *   current + previous * (part of the window that the current one has not covered yet)
 * </pre>
 *
 * as though what the previous window counted had come evenly. No fixed window ever holds more than the limit, so no stretch of
 * that length holds more than twice the limit, and a steady stream is let through at the limit. Windows begin with the first
 * use of the counter.
 *
 * <p>Two counts in two words, each with the number of its window, so that a new window needs no reset: a word whose number is not
 * the one that is looked for counts as 0. A count is taken by compare-and-set on the current word; the previous word changes only
 * by those who are late, each of whom may let one more through at the turn of a window.
 */
final class SlidingWindow implements Meter {
    /** Ticks of a window are at most so many, so that a count times ticks fits into a long. */
    private static final long MAX_TICKS = 1L << 30;

    /** The number of the first window: none of the two words has it or the one before at first. */
    private static final int FIRST = 2;

    /** Loops are apart by less; what has a higher number is older than numbers reach back. */
    private static final int MAX_AHEAD = 1 << 20;

    private final long limit;
    private final long originNanos;
    private final long tickNanos;
    private final long windowTicks;

    /** By the lowest bit of a window's number: the number above, the count below. */
    private final AtomicLongArray words = new AtomicLongArray(2);

    /**
     * A counter that has counted nothing.
     *
     * @param limit per window, 1 to 2^30
     * @param windowNanos length of a window, at least 1
     */
    SlidingWindow(long limit, long windowNanos, long nowNanos) {
        this.limit = limit;
        this.originNanos = nowNanos;
        this.tickNanos = (windowNanos + MAX_TICKS - 1) / MAX_TICKS;
        this.windowTicks = Math.max(1, windowNanos / tickNanos);
    }

    @Override
    public long take(long amount, long nowNanos) { // hot: per message
        return take(amount, nowNanos, false);
    }

    @Override
    public long takeAnyway(long amount, long nowNanos) { // hot: per message
        return take(amount, nowNanos, true);
    }

    private long take(long amount, long nowNanos, boolean anyway) {
        long ticks = Math.max(0, nowNanos - originNanos) / tickNanos;
        int now = (int) (ticks / windowTicks) + FIRST;
        long intoNow = ticks % windowTicks;
        while (true) {
            int window = now;
            long into = intoNow;
            long one = words.get(window & 1);
            long other = words.get(~window & 1);
            int ahead = Math.max(ahead(one, window), ahead(other, window));
            if (ahead > 0) {
                window += ahead;
                into = 0;
                one = words.get(window & 1);
                other = words.get(~window & 1);
            }
            long current = windowOf(one) == window ? countOf(one) : 0;
            long previous = windowOf(other) == window - 1 ? countOf(other) : 0;
            long carried = previous * (windowTicks - into);
            boolean fits = (current + amount) * windowTicks + carried <= limit * windowTicks;
            if (!fits && !anyway) {
                return nanos(untilRoom(amount, current, previous, into));
            }
            long counted = Math.min(Integer.MAX_VALUE, current + amount);
            if (words.compareAndSet(window & 1, one, (long) window << 32 | counted)) {
                return fits ? 0 : nanos(((current + amount) * windowTicks + carried) / limit - windowTicks + 1);
            }
        }
    }

    /** By how many windows another loop's time, in which this was written, is ahead; 0 when it is not. */
    private static int ahead(long word, int window) {
        int windows = windowOf(word) - window;
        return windows > 0 && windows <= MAX_AHEAD ? windows : 0;
    }

    /** When the amount fits, if nothing else comes; in ticks from now. */
    private long untilRoom(long amount, long current, long previous, long into) {
        long wanted = Math.min(amount, limit);
        long free = limit - wanted;
        if (current <= free && previous > 0) {
            return windowTicks - (free - current) * windowTicks / previous - into;
        }
        // Not in this window: in the next, what is current now is previous.
        long intoNext = current == 0 ? 0 : windowTicks - free * windowTicks / current;
        return windowTicks - into + Math.max(0, intoNext);
    }

    private long nanos(long ticks) {
        return Math.max(1, ticks) * tickNanos;
    }

    @Override
    public void giveBack(long amount, long nowNanos) {
        long ticks = Math.max(0, nowNanos - originNanos) / tickNanos;
        int window = (int) (ticks / windowTicks) + FIRST;
        while (true) {
            long word = words.get(window & 1);
            if (windowOf(word) != window) {
                return; // a newer one; what was taken fades
            }
            if (words.compareAndSet(window & 1, word, (long) window << 32 | Math.max(0, countOf(word) - amount))) {
                return;
            }
        }
    }

    @Override
    public boolean isFresh(long nowNanos) {
        int window = (int) (Math.max(0, nowNanos - originNanos) / tickNanos / windowTicks) + FIRST;
        return isForgotten(words.get(0), window) && isForgotten(words.get(1), window);
    }

    private static boolean isForgotten(long word, int window) {
        return countOf(word) == 0 || windowOf(word) - window < -1 || windowOf(word) - window > MAX_AHEAD;
    }

    private static int windowOf(long word) {
        return (int) (word >>> 32);
    }

    private static long countOf(long word) {
        return word & 0xFFFF_FFFFL;
    }
}
