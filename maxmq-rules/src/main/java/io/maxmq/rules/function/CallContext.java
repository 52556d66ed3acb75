package io.maxmq.rules.function;

import io.maxmq.rules.value.Fields;
import java.time.ZoneId;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The context of a function beside its arguments: the event, the time, the rule's state and its limits. Used by one
 * thread at a time.
 */
public interface CallContext {

    /** The event itself, without aliases. */
    Fields event();

    /** Milliseconds of the broker's clock since 1970. */
    long nowMillis();

    /** Nanoseconds since 1970 of the same time, as fine as the machine has them. */
    long nowNanos();

    /** Where chance comes from. */
    RandomGenerator random();

    /** The state of {@code kv_} functions. */
    KeyValues keyValues();

    /** The limits of one call. */
    EvaluationLimits limits();

    /** The rule's name. */
    String rule();

    /** The zone for a statement that names no zone. */
    default ZoneId zone() {
        return ZoneId.systemDefault();
    }

    /** Returns a variable of the process's environment by name; null without one. */
    default @Nullable String environment(String name) {
        return System.getenv(name);
    }
}
