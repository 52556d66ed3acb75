package io.maxmq.limit;

/**
 * What a limit counts for one key. Thread-safe, lock-free, allocates nothing. Time is the broker's {@code nanoTime}; one that
 * is a little older than what was seen before, as that of another event loop may be, counts as the newest.
 */
interface Meter {

    /** Takes the amount if it is within the limit. @return 0 when taken, else how many nanoseconds to come back in, 1 or more */
    long take(long amount, long nowNanos); // hot: per message

    /**
     * Takes the amount in any case. What goes beyond the limit is worked off at its rate.
     *
     * @return 0 within the limit, else how many nanoseconds what is beyond takes, 1 or more
     */
    long takeAnyway(long amount, long nowNanos); // hot: per message

    /** Undoes {@link #take} of just now, since another limit has refused. */
    void giveBack(long amount, long nowNanos);

    /** Whether it is as if new: nothing is lost when it is forgotten. */
    boolean isFresh(long nowNanos);
}
