package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.Endpoint.Over;

/**
 * How a broker keeps what it has, and what it is reached over.
 *
 * @param mode {@code memory}, or the word that the peer knows
 * @param promise what an acknowledged message survives; empty in memory
 * @param over what carries MQTT to it
 */
record Storage(String mode, String promise, Over over) {
    static final Storage NONE = new Storage("memory", "");

    Storage(String mode, String promise) {
        this(mode, promise, Over.TCP);
    }
}
