package io.maxmq.core.time;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of one event loop, on a hierarchical timing wheel. Scheduling and cancelling cost O(1). The cost of a
 * {@link #poll} is proportional to the number of due tasks, however far time has moved since the last poll.
 *
 * <p>Precision is one tick (2<sup>24</sup> ns, about 17 ms). A task never runs before its deadline, and runs at the
 * latest at the first poll that is at least one tick past the deadline. Tasks of different ticks run in tick order.
 *
 * <p>Each wheel has 64 slots. A slot of the lowest wheel contains the timers of one tick, a slot of the next wheel
 * those of 64 ticks, and so on. The number of a timer's wheel is the position of the highest base-64 digit in which the
 * timer's tick differs from the current tick. All slots of a wheel therefore precede those of the next one; when time
 * reaches a slot of a higher wheel, its timers move to lower wheels. G. Varghese and A. Lauck, "Hashed and hierarchical
 * timing wheels" (1987), scheme 7.
 *
 * <p>Runs on the owner's event loop. Not thread-safe.
 */
public final class TimerWheel {
    private static final int TICK_BITS = 24;
    private static final int MAX_EXPIRIES_PER_POLL = 4096;
    private static final int MAX_MOVES_PER_POLL = 4 * MAX_EXPIRIES_PER_POLL;

    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    /** Sufficient for all ticks in a long of nanoseconds. */
    private static final int WHEELS = 7;

    private static final int NONE = -1;

    /** Task to run after a deadline, on the loop. It may schedule and cancel. */
    @FunctionalInterface
    public interface Task {
        void onDeadline();
    }

    /** Runs a due task and catches its exceptions, so that one task cannot stop the others. */
    @FunctionalInterface
    public interface ExpiryHandler {
        void run(Task task);
    }

    private final long startNanos;
    private final ExpiryHandler onExpiry;
    private final Long2ObjectHashMap<Timer> timers = new Long2ObjectHashMap<>();
    private long lastId;

    /** All ticks up to this one have been processed, except for the rest of its own slot. */
    private long tick;

    /** First timer by slot; the slots of all wheels are numbered consecutively. */
    private final @Nullable Timer[] firsts = new Timer[WHEELS * SLOTS];

    private final @Nullable Timer[] lasts = new Timer[WHEELS * SLOTS];

    /** By wheel: one bit per non-empty slot. */
    private final long[] occupied = new long[WHEELS];

    /** Slot whose timers are moving to lower wheels, or none. Not marked as occupied. */
    private int moving = NONE;

    private static final class Timer {
        final long id;
        final long dueTick;
        final Task task;
        int slot;

        @Nullable
        Timer before;

        @Nullable
        Timer behind;

        Timer(long id, long dueTick, Task task) {
            this.id = id;
            this.dueTick = dueTick;
            this.task = task;
        }
    }

    /**
     * @param startNanos current time; deadlines are on the same clock
     * @param onExpiry runs each due task; must catch its exceptions
     */
    public TimerWheel(long startNanos, ExpiryHandler onExpiry) {
        this.startNanos = startNanos;
        this.onExpiry = onExpiry;
    }

    /**
     * Schedules {@code task} for {@code deadlineNanos}. Returns the id for {@link #cancel}: never 0, and never reused,
     * so that cancelling a task that has run has no effect.
     */
    public long schedule(long deadlineNanos, Task task) {
        long dueTick = ((deadlineNanos - startNanos - 1) >> TICK_BITS) + 1; // rounded up
        Timer timer = new Timer(++lastId, Math.max(dueTick, tick + 1), task);
        timers.put(timer.id, timer);
        add(timer);
        return timer.id;
    }

    /** Cancels a timer. Returns false if it has run or was already cancelled. */
    public boolean cancel(long id) {
        Timer timer = timers.remove(id);
        if (timer == null) {
            return false;
        }
        remove(timer);
        return true;
    }

    /** Number of pending deadlines. */
    public int count() {
        return timers.size();
    }

    /** Runs due tasks, at most 4096 per call. Returns true if more may be due. */
    public boolean poll(long nowNanos) {
        long nowTick = (nowNanos - startNanos) >> TICK_BITS;
        int moves = 0;
        int expired = 0;
        while (expired < MAX_EXPIRIES_PER_POLL && moves < MAX_MOVES_PER_POLL) {
            if (moving != NONE) {
                moves += moveDown();
                continue;
            }
            int slot = firstOccupied();
            if (slot == NONE || tickOf(slot) > nowTick) {
                tick = Math.max(tick, nowTick);
                return false;
            }
            tick = tickOf(slot);
            if (slot < SLOTS) {
                expired += runFirst(slot);
            } else {
                moving = slot;
                occupied[slot >> SLOT_BITS] &= ~bit(slot);
            }
        }
        return true;
    }

    private int firstOccupied() {
        for (int wheel = 0; wheel < WHEELS; wheel++) {
            if (occupied[wheel] != 0) {
                return (wheel << SLOT_BITS) + Long.numberOfTrailingZeros(occupied[wheel]);
            }
        }
        return NONE;
    }

    /** Returns the first tick of a slot, which shares all higher digits with the current tick. */
    private long tickOf(int slot) {
        int shift = (slot >> SLOT_BITS) * SLOT_BITS;
        long higher = tick >> (shift + SLOT_BITS) << (shift + SLOT_BITS);
        return higher + ((long) (slot & (SLOTS - 1)) << shift);
    }

    private int runFirst(int slot) {
        Timer timer = firsts[slot];
        assert timer != null;
        remove(timer);
        timers.remove(timer.id);
        onExpiry.run(timer.task);
        return 1;
    }

    /** Moves one timer. */
    private int moveDown() {
        Timer timer = firsts[moving];
        if (timer == null) {
            moving = NONE;
            return 0;
        }
        remove(timer);
        add(timer);
        return 1;
    }

    private void add(Timer timer) {
        // A timer of the current tick belongs on the lowest wheel.
        int highestBit = Long.SIZE - 1 - Long.numberOfLeadingZeros((timer.dueTick ^ tick) | 1);
        int wheel = highestBit / SLOT_BITS;
        int slot = (wheel << SLOT_BITS) + (int) (timer.dueTick >> (wheel * SLOT_BITS) & (SLOTS - 1));
        Timer last = lasts[slot];
        timer.slot = slot;
        timer.before = last;
        timer.behind = null;
        lasts[slot] = timer;
        if (last == null) {
            firsts[slot] = timer;
            occupied[wheel] |= bit(slot);
        } else {
            last.behind = timer;
        }
    }

    private void remove(Timer timer) {
        Timer before = timer.before;
        Timer behind = timer.behind;
        int slot = timer.slot;
        if (before == null) {
            firsts[slot] = behind;
        } else {
            before.behind = behind;
        }
        if (behind == null) {
            lasts[slot] = before;
        } else {
            behind.before = before;
        }
        if (firsts[slot] == null) {
            occupied[slot >> SLOT_BITS] &= ~bit(slot);
        }
    }

    private static long bit(int slot) {
        return 1L << (slot & (SLOTS - 1));
    }
}
