package io.maxmq.rules.function;

import io.maxmq.rules.value.Fields;
import java.time.ZoneId;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a function sees beside its arguments: the event, the time, the rule's state and its limits. Used by one thread at a time. */
public interface Surroundings {

    /** The event, whatever aliases hide of it. */
    Fields event();

    /** Milliseconds of the broker's clock since 1970. */
    long nowMillis();

    /** Nanoseconds since 1970 of the same time, as fine as the machine has them. */
    long nowNanos();

    /** Where chance comes from. */
    RandomGenerator random();

    /** What {@code kv_} functions keep. */
    KeyValues keyValues();

    /** How much one call may build. */
    Limits limits();

    /** The rule's name. */
    String rule();

    /** The zone that is meant where a statement names none. */
    default ZoneId zone() {
        return ZoneId.systemDefault();
    }

    /** A variable of the process's environment, which a statement asks for by name; null when there is none. */
    default @Nullable String environment(String name) {
        return System.getenv(name);
    }
}
