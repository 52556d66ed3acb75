package io.maxmq.core.loop;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoopTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong();
    /** Nanoseconds by which the clock moves with each read, as if another thread moved a virtual clock. */
    private long step;

    private final Loop loop = new Loop(
            0,
            new SameThread(),
            new ExpiryClock(new SteppingClock()),
            new LoopMemory(
                    new MemoryCredit(new MemoryBudget(1 << 20, 0)),
                    new MemoryCredit(new MemoryBudget(1 << 20, 0)),
                    1 << 20),
            failure -> {
                throw new AssertionError(failure);
            });

    @Test
    void taskForAPointInTimeRunsThenAlthoughTheClockMovesMeanwhile() {
        List<Long> ran = new ArrayList<>();
        step = 11 * SECOND;

        loop.scheduleAt(10 * SECOND, () -> ran.add(now.get()));
        step = 0;
        now.set(11 * SECOND);
        loop.pollDueTimers();

        assertThat(ran).containsExactly(11 * SECOND);
    }

    @Test
    void taskForAPointInTimeDoesNotRunEarlier() {
        AtomicBoolean ran = new AtomicBoolean();

        loop.scheduleAt(10 * SECOND, () -> ran.set(true));
        now.set(10 * SECOND - 1);
        loop.pollDueTimers();
        boolean early = ran.get();
        now.set(10 * SECOND + 100_000_000L);
        loop.pollDueTimers();

        assertThat(early).isFalse();
        assertThat(ran).isTrue();
    }

    @Test
    void taskForAPointInThePastRunsWithTheNextTick() {
        AtomicBoolean ran = new AtomicBoolean();
        now.set(10 * SECOND);
        loop.refreshTime();

        loop.scheduleAt(SECOND, () -> ran.set(true));
        now.addAndGet(100_000_000L);
        loop.pollDueTimers();

        assertThat(ran).isTrue();
    }

    @Test
    void taskInTheFarthestFutureNeverRunsEarly() {
        AtomicBoolean ran = new AtomicBoolean();
        now.set(Long.MAX_VALUE / 4);
        loop.refreshTime();

        loop.scheduleAt(Long.MAX_VALUE, () -> ran.set(true));
        loop.schedule(Long.MAX_VALUE, () -> ran.set(true));
        now.addAndGet(1000 * SECOND);
        loop.pollDueTimers();

        assertThat(ran).isFalse();
    }

    private final class SteppingClock implements Clock {
        @Override
        public long nanoTime() {
            return now.getAndAdd(step);
        }

        @Override
        public long epochMillis() {
            return now.get() / 1_000_000;
        }
    }

    /** Runs tasks at once and polls no timers by itself. */
    private static final class SameThread implements LoopThread {
        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public long turn() {
            return 0;
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            // The test polls.
        }
    }
}
