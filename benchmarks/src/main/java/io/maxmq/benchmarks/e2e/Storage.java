package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.TargetAddress.Over;

/**
 * The storage of a broker, and its transport.
 * @param mode {@code memory}, or the word that the peer knows
 * @param promise the events that an acknowledged message survives; empty in memory
 * @param over the transport below MQTT
 */
record Storage(String mode, String promise, Over over) {
    static final Storage NONE = new Storage("memory", "");

    Storage(String mode, String promise) {
        this(mode, promise, Over.TCP);
    }
}
