package io.maxmq.rules;

import io.maxmq.rules.run.RuleRegistry;
import io.maxmq.rules.status.RuleStatus;
import io.maxmq.spi.Preview;

/**
 * A rule that an engine has, by its name: when the rule is replaced, this is the new one. Thread-safe; after {@link #remove} methods
 * throw {@link IllegalArgumentException}.
 *
 * @since 0.1.0
 */
@Preview
public final class Rule {
    private final RuleRegistry engine;
    private final String id;

    Rule(RuleRegistry engine, String id) {
        this.engine = engine;
        this.id = id;
    }

    /** Its name. */
    public String id() {
        return id;
    }

    /** Returns the status of the rule: figures, errors, sinks. */
    public RuleStatus status() {
        return engine.status(id);
    }

    /** Enables the rule from the next event on. */
    public void enable() {
        engine.enable(id, true);
    }

    /** Disables the rule. Events that it has already received are evaluated. */
    public void disable() {
        engine.enable(id, false);
    }

    /** Sets its figures to zero and forgets its errors. */
    public void reset() {
        engine.reset(id);
    }

    /**
     * Removes it; events that it has got before are evaluated, and their records brought away.
     *
     * @return false when it was removed before
     */
    public boolean remove() {
        return engine.remove(id);
    }

    @Override
    public String toString() {
        return "Rule[" + id + "]";
    }
}
