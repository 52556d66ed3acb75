package io.maxmq.benchmarks.e2e;

/**
 * How a broker keeps what it has.
 *
 * @param mode {@code memory}, or the word that the peer knows
 * @param promise what an acknowledged message survives; empty in memory
 */
record Storage(String mode, String promise) {
    static final Storage NONE = new Storage("memory", "");
}
