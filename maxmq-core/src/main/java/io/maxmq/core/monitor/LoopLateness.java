package io.maxmq.core.monitor;

/**
 * Tells an event loop that is blocked from one that gets no processor. The watchdog measures how late it wakes up itself: in that time
 * the machine or the JVM ran no thread of the broker (load, garbage collection), so it does not count for any loop. For some time after the start, while classes
 * load and code is compiled, only a loop that is late for much longer counts. Written by the watchdog, read by any thread.
 */
final class LoopLateness {
    /** The start lasts for so many thresholds. */
    private static final int START_THRESHOLDS = 20;

    /** During the start a loop is late after so many thresholds, later after two. */
    private static final int LATE_AT_START = 10;

    private static final int LATE = 2;

    private final long thresholdNanos;
    private final long startNanos;

    /** The total lateness of the watchdog's wake-ups. Written by the watchdog alone. */
    private volatile long starvedNanos;

    LoopLateness(long thresholdNanos, long startNanos) {
        this.thresholdNanos = thresholdNanos;
        this.startNanos = startNanos;
    }

    /** The watchdog meant to sleep for one time and slept for another. */
    void slept(long plannedNanos, long actualNanos) {
        starvedNanos = starvedNanos + Math.max(0, actualNanos - plannedNanos);
    }

    /** Returns the total lateness of the watchdog's wake-ups since the start. */
    long starvedNanos() {
        return starvedNanos;
    }

    /** Returns the age of a loop's pending answer, without the time in which the watchdog itself got no processor. */
    long owedNanos(long askedNanos, long starvedBefore, long nowNanos) {
        return Math.max(0, nowNanos - askedNanos - (starvedNanos - starvedBefore));
    }

    /** Returns whether a loop that has owed its answer for so long is blocked. */
    boolean isBlocked(long owedNanos, long nowNanos) {
        boolean isStart = nowNanos - startNanos < START_THRESHOLDS * thresholdNanos;
        return owedNanos >= (isStart ? LATE_AT_START : LATE) * thresholdNanos;
    }
}
