package io.maxmq.core.time;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the wheel with a sorted map under random schedules, cancellations and time steps: each task runs once, in
 * its time.
 */
class TimerWheelPropertyTest {
    private static final long TICK = 1L << 24;
    private static final long START = 12_345_678_901L;

    /** One step of a run. */
    sealed interface Step {
        record Schedule(long delayNanos) implements Step {}

        /** Cancels the task scheduled {@code back} tasks before the last one. */
        record Cancel(int back) implements Step {}

        record Advance(long nanos) implements Step {}
    }

    @Property(tries = 500)
    void runsEachTaskInItsTime(@ForAll("runs") List<Step> steps) {
        new Run().all(steps);
    }

    private static final class Run {
        private final TimerWheel timers = new TimerWheel(START, TimerWheel.Task::onDeadline);
        private final List<Long> ids = new ArrayList<>();
        private final TreeMap<Long, Long> deadlines = new TreeMap<>(); // by id
        private long now = START;
        private long lastTickRun;

        void all(List<Step> steps) {
            for (Step step : steps) {
                if (step instanceof Step.Schedule schedule) {
                    schedule(schedule.delayNanos());
                } else if (step instanceof Step.Cancel cancel) {
                    cancel(cancel.back());
                } else {
                    advance(((Step.Advance) step).nanos());
                }
                assertThat(timers.count()).isEqualTo(deadlines.size());
            }
            advance(Long.MAX_VALUE / 4); // runs all remaining tasks
        }

        private void schedule(long delayNanos) {
            long deadline = now + delayNanos;
            long[] id = new long[1];
            id[0] = timers.schedule(deadline, () -> ran(id[0]));
            assertThat(deadlines.put(id[0], deadline)).isNull();
            ids.add(id[0]);
        }

        private void ran(long id) {
            Long deadline = deadlines.remove(id);
            assertThat(deadline).as("runs once").isNotNull();
            assertThat(deadline).as("not before its deadline").isLessThanOrEqualTo(now);
            long tick = (deadline - START) / TICK;
            assertThat(tick).as("in order, except for ties within a tick").isGreaterThanOrEqualTo(lastTickRun - 1);
            lastTickRun = Math.max(lastTickRun, tick);
            if (id % 5 == 0) { // tasks may schedule others
                schedule(id % 3 * TICK);
            }
        }

        private void cancel(int back) {
            if (back < ids.size()) {
                long id = ids.get(ids.size() - 1 - back);
                assertThat(timers.cancel(id)).isEqualTo(deadlines.remove(id) != null);
            }
        }

        private void advance(long nanos) {
            now += nanos;
            lastTickRun = 0;
            while (timers.poll(now)) {
                // more is due
            }
            long due = now - TICK;
            assertThat(deadlines.values()).allMatch(deadline -> deadline > due);
        }
    }

    @Provide
    Arbitrary<List<Step>> runs() {
        Arbitrary<Long> nanos = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.longs().between(0, 3 * TICK)),
                Tuple.of(3, Arbitraries.longs().between(0, 200 * TICK)),
                Tuple.of(2, Arbitraries.longs().between(0, 300_000 * TICK)),
                Tuple.of(1, Arbitraries.longs().between(0, Long.MAX_VALUE / 1_000)));
        return Arbitraries.<Step>frequencyOf(
                        Tuple.of(6, nanos.map(Step.Schedule::new)),
                        Tuple.of(2, Arbitraries.integers().between(0, 10).map(Step.Cancel::new)),
                        Tuple.of(3, nanos.map(Step.Advance::new)))
                .list()
                .ofMaxSize(100);
    }
}
