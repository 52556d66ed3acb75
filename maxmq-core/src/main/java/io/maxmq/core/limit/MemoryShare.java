package io.maxmq.core.limit;

import io.maxmq.core.limit.MemoryCredit.Lasting;

/**
 * State with a reserved share of the memory budget: the share remains available when other state or messages have used
 * up everything else.
 */
public enum MemoryShare {
    SESSIONS(Lasting.SESSION, 2),
    /** Includes the nodes of the tree. */
    SUBSCRIPTIONS(Lasting.STATE, 2),
    RETAINED(Lasting.STATE, 1);

    /** Denominator of {@link #parts}. */
    static final int PARTS = 32;

    /** Memory of the common part that must stay free; beyond that, charges use the reserved share. */
    final Lasting beside;

    final int parts;

    MemoryShare(Lasting beside, int parts) {
        this.beside = beside;
        this.parts = parts;
    }
}
