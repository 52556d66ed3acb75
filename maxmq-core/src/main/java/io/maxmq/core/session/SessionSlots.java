package io.maxmq.core.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a loop by number, for walks that take their time: a session has one number from its beginning to its end,
 * so a walk that goes up and is interrupted meets each that stays exactly once. A number is given again when its session has
 * ended. Costs a reference per session, at the most there have been.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class SessionSlots {
    private static final int FIRST_SLOTS = 16;

    private @Nullable Session[] slots = new Session[FIRST_SLOTS];
    private int end;

    /** Numbers below {@link #end} without a session. */
    private int[] free = new int[FIRST_SLOTS];

    private int freeCount;

    /** Gives the session a number. */
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

    /** Takes its number back. */
    void remove(int slot) {
        assert slots[slot] != null : slot;
        slots[slot] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot;
    }

    /** One more than the highest number ever given. */
    int end() {
        return end;
    }

    /** Null when nobody has that number. */
    @Nullable
    Session get(int slot) {
        return slot < end ? slots[slot] : null;
    }
}
