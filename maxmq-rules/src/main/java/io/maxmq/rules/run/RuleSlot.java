package io.maxmq.rules.run;

import io.maxmq.spi.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * The place of a rule among the sources, whatever version of it is there: so that a new version takes over from the old one between
 * two events, and none is lost or seen twice. Thread-safe.
 */
final class RuleSlot {
    /** Who gets the next event; null for nobody. Written under the lock of {@link Sources}, read on event loops. */
    volatile @Nullable ActiveRule active;

    /** Whose rule it is; null before the first version. Guarded by {@link Sources}. */
    @Nullable
    Tenant tenant;

    /** At how many sources it is: with more than one, an event must not count twice. Written and read as the other. */
    volatile int places;
}
