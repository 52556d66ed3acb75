package io.maxmq.rules.run;

import io.maxmq.spi.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * The place of a rule among the sources, for all of its versions: a new version replaces the old one between two
 * events, so that every event is processed exactly once. Thread-safe.
 */
final class RuleSlot {
    /** The rule for the next event, or null. Written under the lock of {@link Sources}, read on event loops. */
    volatile @Nullable ActiveRule active;

    /** Whose rule it is; null before the first version. Guarded by {@link Sources}. */
    @Nullable
    Tenant tenant;

    /** At how many sources it is: with more than one, an event must not count twice. Written and read as the other. */
    volatile int places;
}
