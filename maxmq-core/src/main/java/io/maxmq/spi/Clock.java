package io.maxmq.spi;

/**
 * The broker's only source of time. Thread-safe, never blocks, never throws. A virtual clock for tests implements
 * {@link #onAdvance}, so that the broker's timers look again when time was moved.
 *
 * @since 0.1.0
 */
@Stable
public interface Clock {

    /** Monotonic nanoseconds from an arbitrary origin, for deadlines and intervals. Compare by difference only. */
    long nanoTime();

    /** Milliseconds since 1970, for what outlives the process: expiry, will delay, ids. May step. */
    long epochMillis();

    /**
     * Registers a listener for changes of a virtual clock.
     *
     * @param listener called on the thread that moved the time, after both readings show the new time; only wakes
     *     timers and returns
     * @return closes the subscription; {@link Registration#NONE} for a clock that runs by itself
     */
    default Registration onAdvance(Runnable listener) {
        return Registration.NONE;
    }

    /** The machine's time. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
