package io.maxmq.rules.function;

import io.maxmq.rules.value.Fields;
import java.util.random.RandomGenerator;

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
}
