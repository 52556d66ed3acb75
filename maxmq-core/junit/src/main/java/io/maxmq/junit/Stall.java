package io.maxmq.junit;

import io.maxmq.spi.Preview;

/**
 * A client that gets nothing from the broker, until {@link #resume}. Made by {@link Faults#stall}. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class Stall implements AutoCloseable {
    private final FaultRules rules;
    private final String clientId;

    Stall(FaultRules rules, String clientId) {
        this.rules = rules;
        this.clientId = clientId;
    }

    String clientId() {
        return clientId;
    }

    /** The client gets what has waited, and what comes. Idempotent. */
    public void resume() {
        rules.resume(this);
    }

    /** {@link #resume}. */
    @Override
    public void close() {
        resume();
    }

    @Override
    public String toString() {
        return "Stall[clientId=" + clientId + "]";
    }
}
