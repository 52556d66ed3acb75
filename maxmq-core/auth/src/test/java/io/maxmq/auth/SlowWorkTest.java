package io.maxmq.auth;

import io.maxmq.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlowWorkTest {
    private final ManualClock clock = new ManualClock();
    private final Pool pool = new Pool();
    private final List<String> log = new ArrayList<>();

    private SlowWork work(int threads, int maxWaiting) {
        return new SlowWork(
                pool, clock, threads, maxWaiting, Duration.ofSeconds(4).toNanos());
    }

    private SlowWork.Job job(String name) {
        return new SlowWork.Job() {
            @Override
            public void run() {
                log.add(name);
            }

            @Override
            public void refused() {
                log.add(name + " refused");
            }
        };
    }

    @Test
    void doesAllInOrder() {
        SlowWork work = work(1, 100);
        work.submit("a", job("1"));
        work.submit("a", job("2"));
        work.submit("a", job("3"));

        assertThat(log).isEmpty();
        pool.runAll();
        assertThat(log).containsExactly("1", "2", "3");
    }

    @Test
    void takesNoMoreOfThePoolThanItMay() {
        SlowWork work = work(2, 100);
        for (int i = 0; i < 10; i++) {
            work.submit("a", job("x"));
        }

        assertThat(pool.tasks).hasSize(2);
        pool.runOne();
        assertThat(pool.tasks).hasSize(2);
        pool.runAll();
        assertThat(log).hasSize(10);
        assertThat(work.waiting()).isZero();
    }

    @Test
    void sourcesTakeTurns() {
        SlowWork work = work(1, 100);
        for (int i = 1; i <= 4; i++) {
            work.submit("flooder", job("f" + i));
        }
        work.submit("other", job("o1"));
        work.submit("other", job("o2"));

        pool.runAll();

        assertThat(log).containsExactly("f1", "o1", "f2", "o2", "f3", "f4");
    }

    @Test
    void refusesWhatOneSourceHasTooMuch() {
        SlowWork work = work(1, 16);
        for (int i = 1; i <= 3; i++) {
            work.submit("flooder", job("f" + i));
        }
        work.submit("other", job("o"));

        assertThat(log).containsExactly("f3 refused");
    }

    @Test
    void refusesWhatIsTooMuchInAll() {
        SlowWork work = work(1, 4);
        for (int i = 0; i < 5; i++) {
            work.submit(i, job("" + i));
        }

        assertThat(log).containsExactly("4 refused");
        assertThat(work.waiting()).isEqualTo(4);
    }

    @Test
    void refusesNoJobForItsTimeBeforeTheFirstIsDone() {
        SlowWork work = work(1, 100);
        work.submit("a", new SlowWork.Job() {
            @Override
            public void run() {
                log.add("cold");
                clock.advance(Duration.ofSeconds(30));
            }

            @Override
            public void refused() {
                log.add("cold refused");
            }
        });
        work.submit("a", job("1"));
        work.submit("a", job("2"));
        clock.advance(Duration.ofSeconds(30));

        pool.runOne();
        clock.advanceToJustBefore(Duration.ofSeconds(4));
        pool.runOne();
        clock.advance(Duration.ofMillis(1));
        pool.runAll();

        assertThat(log).containsExactly("cold", "1", "2 refused");
    }

    @Test
    void doesNotDoWhatNobodyWaitsForAnyMore() {
        SlowWork work = work(1, 100);
        work.submit("a", job("0"));
        pool.runAll();
        log.clear();
        work.submit("a", job("1"));
        clock.advanceToJustBefore(Duration.ofSeconds(4));
        work.submit("a", job("2"));
        pool.runOne();
        clock.advance(Duration.ofSeconds(4));
        pool.runAll();

        assertThat(log).containsExactly("1", "2 refused");
    }

    @Test
    void aThrowingJobKeepsNobodyFromTheirs() {
        SlowWork work = work(1, 100);
        work.submit("a", new SlowWork.Job() {
            @Override
            public void run() {
                throw new IllegalStateException("broken");
            }

            @Override
            public void refused() {}
        });
        work.submit("a", job("next"));

        pool.runAll();

        assertThat(log).containsExactly("next");
    }

    @Test
    void aFullPoolRefusesWhatWouldWaitForEver() {
        SlowWork work = work(1, 100);
        pool.full = true;
        work.submit("a", job("1"));

        assertThat(log).containsExactly("1 refused");
        pool.full = false;
        work.submit("a", job("2"));
        pool.runAll();
        assertThat(log).containsExactly("1 refused", "2");
    }

    @Test
    void closingRefusesWhatWaitsAndWhatComes() {
        SlowWork work = work(1, 100);
        work.submit("a", job("1"));
        work.close();
        work.submit("a", job("2"));
        pool.runAll();

        assertThat(log).containsExactly("1 refused", "2 refused");
        work.close();
    }

    private static final class Pool implements Executor {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean full;

        @Override
        public void execute(Runnable task) {
            if (full) {
                throw new RejectedExecutionException("full");
            }
            tasks.add(task);
        }

        void runOne() {
            try {
                tasks.remove().run();
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("broken"); // as the pool would catch it
            }
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                runOne();
            }
        }
    }
}
