package io.maxmq.core.time;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimerWheelTest {
    private static final long SECOND = 1_000_000_000L;
    /** More than two ticks. */
    private static final long SLACK = 40_000_000L;

    private final List<String> ran = new ArrayList<>();
    private final TimerWheel timers = new TimerWheel(0, TimerWheel.Task::onDeadline);

    private void pollAll(long nowNanos) {
        while (timers.poll(nowNanos)) {
            // more is due
        }
    }

    @Test
    void runsATaskOnceAndNotBeforeItsDeadline() {
        timers.schedule(10 * SECOND, () -> ran.add("task"));

        pollAll(10 * SECOND - 1);
        assertThat(ran).isEmpty();
        pollAll(10 * SECOND + SLACK);
        pollAll(100 * SECOND);

        assertThat(ran).containsExactly("task");
        assertThat(timers.count()).isZero();
    }

    @Test
    void runsTasksInDeadlineOrderAfterALargeTimeStep() {
        timers.schedule(3 * SECOND, () -> ran.add("3"));
        timers.schedule(SECOND, () -> ran.add("1"));
        timers.schedule(2000 * SECOND, () -> ran.add("2000"));

        pollAll(86_400 * SECOND);

        assertThat(ran).containsExactly("1", "3", "2000");
    }

    @Test
    void idIsNeverZero() {
        assertThat(timers.schedule(0, () -> {})).isNotZero();
    }

    @Test
    void cancelledTaskDoesNotRun() {
        long id = timers.schedule(SECOND, () -> ran.add("cancelled"));

        assertThat(timers.cancel(id)).isTrue();
        assertThat(timers.cancel(id)).isFalse();
        pollAll(2 * SECOND);

        assertThat(ran).isEmpty();
    }

    @Test
    void cancellingATaskThatHasRunDoesNotCancelAnother() {
        long first = timers.schedule(SECOND, () -> ran.add("first"));
        pollAll(2 * SECOND);
        // Has the slot of the first one: 64 ticks of 2^24 ns later.
        timers.schedule(SECOND + 64L * (1 << 24), () -> ran.add("second"));

        assertThat(timers.cancel(first)).isFalse();
        pollAll(20 * SECOND);

        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void idsAreUnique() {
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            long id = timers.schedule(i % 3 * SECOND, () -> {});
            assertThat(ids.add(id)).isTrue();
            timers.cancel(id);
        }
    }

    @Test
    void tasksCanScheduleAndCancel() {
        long victim = timers.schedule(5 * SECOND, () -> ran.add("victim"));
        timers.schedule(SECOND, () -> {
            ran.add("first");
            timers.cancel(victim);
            timers.schedule(2 * SECOND, () -> ran.add("next"));
        });

        pollAll(SECOND + SLACK);
        pollAll(10 * SECOND);

        assertThat(ran).containsExactly("first", "next");
    }

    @Test
    void pollBoundsTheNumberOfTasks() {
        int[] count = {0};
        for (int i = 0; i < 10_000; i++) {
            timers.schedule(SECOND, () -> count[0]++);
        }

        assertThat(timers.poll(SECOND + SLACK)).isTrue();
        assertThat(count[0]).isBetween(1, 9_999);
        pollAll(SECOND + SLACK);

        assertThat(count[0]).isEqualTo(10_000);
    }

    @Test
    void numberOfPollsIsBoundedAfterAStepOfYears() {
        for (int day = 0; day < 3_650; day++) {
            timers.schedule(day * 86_400L * SECOND, () -> ran.add("day"));
        }

        int polls = 1;
        while (timers.poll(20 * 365 * 86_400L * SECOND)) {
            polls++;
        }

        assertThat(ran).hasSize(3_650);
        assertThat(polls).isLessThan(5); // each poll does a bounded amount of work
    }
}
