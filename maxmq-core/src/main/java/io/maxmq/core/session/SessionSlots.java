package io.maxmq.core.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a loop by slot number, for long, interruptible walks. A session keeps its slot from its creation to
 * its end, so an ascending walk visits each remaining session exactly once, even with pauses. The slot of an ended
 * session is reused. Costs a reference per slot; slots are as many as the largest number of sessions so far.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class SessionSlots {
    private static final int FIRST_SLOTS = 16;

    private @Nullable Session[] slots = new Session[FIRST_SLOTS];
    private int end;

    /** Slots below {@link #end} without a session. */
    private int[] free = new int[FIRST_SLOTS];

    private int freeCount;

    /** Assigns a slot to the session. */
    int add(Session session) {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else {
            if (end == slots.length) {
                slots = Arrays.copyOf(slots, 2 * end);
            }
            slot = end++;
        }
        slots[slot] = session;
        return slot;
    }

    /** Frees the slot of an ended session. */
    void remove(int slot) {
        assert slots[slot] != null : slot;
        slots[slot] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot;
    }

    /** Returns the highest slot ever assigned plus 1. */
    int end() {
        return end;
    }

    /** Returns the session in a slot; null if the slot is free. */
    @Nullable
    Session get(int slot) {
        return slot < end ? slots[slot] : null;
    }
}
