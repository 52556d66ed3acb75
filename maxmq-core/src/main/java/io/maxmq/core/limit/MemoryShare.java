package io.maxmq.core.limit;

import io.maxmq.core.limit.MemoryCredit.Lasting;

/**
 * State with a part of the memory budget that is set aside for it: when everything else is used up, by other state or by messages,
 * there is still room for so much of it.
 */
public enum MemoryShare {
    SESSIONS(Lasting.SESSION, 2),
    /** With the nodes of the tree. */
    SUBSCRIPTIONS(Lasting.STATE, 2),
    RETAINED(Lasting.STATE, 1);

    /** The parts of the budget that {@link #parts} counts. */
    static final int PARTS = 32;

    /** How much of the common part it leaves free before it comes to its own. */
    final Lasting beside;

    final int parts;

    MemoryShare(Lasting beside, int parts) {
        this.beside = beside;
        this.parts = parts;
    }
}
