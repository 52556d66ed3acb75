package io.maxmq.core.time;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The deadlines of one event loop, on a wheel: scheduling and cancelling cost O(1) and, once the wheel has grown to its
 * load, allocate only what the map of tasks needs.
 *
 * <p>Precision is one tick (2<sup>24</sup> ns, about 17 ms): a task runs at the first {@link #poll} that is at least one
 * tick past its deadline, never before the deadline. Runs on the owner's event loop. Not thread-safe.
 */
public final class Timers {
    private static final long TICK_NANOS = 1L << 24;
    private static final int TICKS_PER_WHEEL = 512;
    private static final int MAX_EXPIRIES_PER_POLL = 4096;
    private static final int PLACE_BITS = 41;
    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;
    private static final long MAX_GENERATION = (1L << (63 - PLACE_BITS)) - 1;

    /** What runs when a deadline has passed; on the loop, and it may schedule and cancel. */
    @FunctionalInterface
    public interface Task {
        void onDeadline();
    }

    private final DeadlineTimerWheel wheel;
    /** By the wheel's id, which another timer gets as soon as this one is done with. */
    private final Long2ObjectHashMap<Pending> tasks = new Long2ObjectHashMap<>();

    private final DeadlineTimerWheel.TimerHandler expire = new Expire();
    private final ExpiryHandler onExpiry;
    private long generation;

    private record Pending(Task task, long id) {}

    /** Receives what a task throws, so that one task cannot stop the others. */
    @FunctionalInterface
    public interface ExpiryHandler {
        void run(Task task);
    }

    /**
     * @param startNanos the clock's present time; deadlines are on the same clock
     * @param onExpiry runs each due task; must contain what the task throws
     */
    public Timers(long startNanos, ExpiryHandler onExpiry) {
        this.wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, startNanos, TICK_NANOS, TICKS_PER_WHEEL);
        this.onExpiry = onExpiry;
    }

    /**
     * Schedules {@code task} for {@code deadlineNanos} and returns the id that {@link #cancel} takes: never 0, and not soon
     * given to another timer, so that cancelling what has run harms nobody.
     */
    public long schedule(long deadlineNanos, Task task) {
        long place = wheel.scheduleTimer(deadlineNanos);
        // The wheel's ids are 9 bits of spoke above 32 bits of index.
        generation = generation == MAX_GENERATION ? 1 : generation + 1;
        long id = generation << PLACE_BITS | place;
        tasks.put(place, new Pending(task, id));
        return id;
    }

    /** Cancels a timer; false when it has run or was cancelled before. */
    public boolean cancel(long id) {
        long place = id & PLACE_MASK;
        Pending pending = tasks.get(place);
        if (pending == null || pending.id() != id) {
            return false;
        }
        tasks.remove(place);
        return wheel.cancelTimer(place);
    }

    /** How many deadlines are pending. */
    public int count() {
        return tasks.size();
    }

    /** Runs what is due. Bounded per call by 4096 tasks and by the ticks since the last one; true when more may be due. */
    public boolean poll(long nowNanos) {
        if (tasks.isEmpty()) {
            wheel.currentTickTime(nowNanos);
            return false;
        }
        int expired = 0;
        // One poll of the wheel advances at most one tick, and a stalled loop or a virtual clock can be many behind.
        do {
            expired += wheel.poll(nowNanos, expire, MAX_EXPIRIES_PER_POLL);
        } while (wheel.currentTickTime() <= nowNanos && expired < MAX_EXPIRIES_PER_POLL && skipEmptyTicks(nowNanos));
        return wheel.currentTickTime() <= nowNanos && !tasks.isEmpty();
    }

    private boolean skipEmptyTicks(long nowNanos) {
        if (tasks.isEmpty()) {
            wheel.currentTickTime(nowNanos);
            return false;
        }
        return true;
    }

    private final class Expire implements DeadlineTimerWheel.TimerHandler {
        @Override
        public boolean onTimerExpiry(TimeUnit unit, long nowNanos, long id) {
            Pending pending = tasks.remove(id);
            if (pending != null) {
                onExpiry.run(pending.task());
            }
            return true;
        }
    }
}
