package io.maxmq.spi;

/**
 * A share of the broker's memory budget: who keeps messages beyond a callback charges their bytes, so that one bound
 * holds for the whole broker. Only the broker implements it. Thread-safe; what an extension leaves charged is given
 * back when the broker closes.
 *
 * @since 0.1.0
 */
@Stable
public interface MemoryAccount {

    /**
     * Charges all of the bytes or none.
     *
     * @return false when the budget is used up: drop, spill or refuse, and say so
     */
    boolean tryCharge(long bytes);

    /**
     * Gives back what was charged.
     *
     * @throws IllegalArgumentException when more is given back than was charged
     */
    void release(long bytes);

    /** What is charged to this account now. */
    long chargedBytes();
}
