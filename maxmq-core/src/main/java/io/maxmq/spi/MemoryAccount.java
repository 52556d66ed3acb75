package io.maxmq.spi;

/**
 * A share of the broker's memory budget. An extension that keeps messages beyond a callback charges their bytes, so
 * that one bound holds for the whole broker. Only the broker implements it. Thread-safe. When the broker closes, it
 * releases the bytes that are still charged.
 *
 * @since 0.1.0
 */
@Stable
public interface MemoryAccount {

    /**
     * Charges all of the bytes, or does nothing.
     *
     * @return false when the budget has no room for them: drop, spill or refuse the message, and report it
     */
    boolean tryCharge(long bytes);

    /**
     * Releases charged bytes.
     *
     * @throws IllegalArgumentException when they exceed the charged bytes
     */
    void release(long bytes);

    /** Returns the bytes that are charged to this account now. */
    long chargedBytes();
}
