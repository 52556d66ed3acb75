package io.maxmq.core.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class WorkerPoolTest {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final CountDownLatch release = new CountDownLatch(1);
    private WorkerPool pool = new WorkerPool("worker", 2, 3, CLOSE_TIMEOUT, new Loggers("test"));

    @AfterEach
    void close() {
        release.countDown();
        pool.close();
    }

    @Test
    void startsNoThreadBeforeTheFirstTask() {
        assertThat(workers("test")).isEmpty();
    }

    @Test
    void namesItsDaemonThreadsAfterTheBroker() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        pool.execute(() -> thread.complete(Thread.currentThread()));

        assertThat(thread.get(10, TimeUnit.SECONDS).getName()).matches("maxmq-test-worker-\\d+");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void refusesTasksWhenTheQueueIsFull() {
        occupy(2);
        for (int i = 0; i < 3; i++) {
            pool.execute(() -> {});
        }

        assertThat(pool.tryExecute(() -> {})).isFalse();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> pool.execute(() -> {}))
                .withMessageContaining("full: 3");
        assertThat(pool.waitingTasks()).isEqualTo(3);
    }

    @Test
    void acceptsTasksAgainAfterTheQueueHasDrained() throws Exception {
        occupy(2);
        CountDownLatch ran = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            pool.execute(ran::countDown);
        }
        assertThat(pool.tryExecute(() -> {})).isFalse();

        release.countDown();

        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(pool.tryExecute(() -> {})).isTrue();
    }

    @Test
    void survivesAThrowingTask() throws Exception {
        AtomicBoolean uncaught = new AtomicBoolean();
        CompletableFuture<Void> next = new CompletableFuture<>();
        pool.execute(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.set(true));
            throw new AssertionError("on purpose");
        });
        pool.execute(() -> next.complete(null));

        next.get(10, TimeUnit.SECONDS);
        pool.close();
        assertThat(uncaught).isFalse();
    }

    @Test
    void closeRunsWaitingTasksAndJoinsTheThreads() {
        AtomicInteger ran = new AtomicInteger();
        occupy(2);
        for (int i = 0; i < 3; i++) {
            pool.execute(ran::incrementAndGet);
        }
        SerialExecutor serial = pool.serial(1000);
        for (int i = 0; i < 1000; i++) {
            serial.execute(ran::incrementAndGet);
        }
        release.countDown();

        pool.close();

        assertThat(ran).hasValue(1003);
        assertThat(workers("test")).isEmpty();
        assertThat(pool.tryExecute(() -> {})).isFalse();
        assertThat(serial.tryExecute(() -> {})).isFalse();
    }

    @Test
    void closeInterruptsTasksThatDoNotEnd() {
        pool = new WorkerPool("worker", 1, 1, Duration.ofMillis(100), new Loggers("stuck"));
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicInteger serialRan = new AtomicInteger();
        SerialExecutor serial = pool.serial(10);
        serial.execute(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
        serial.execute(serialRan::incrementAndGet);

        pool.close();
        pool.close();

        assertThat(interrupted).isTrue();
        assertThat(serialRan).hasValue(0);
        assertThat(workers("stuck")).isEmpty();
    }

    @Test
    void workerCanCloseItsOwnPool() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        pool.execute(() -> {
            pool.close();
            closed.complete(null);
        });

        closed.get(5, TimeUnit.SECONDS); // less than half of the timeout, which waiting for itself would take
    }

    @Test
    void serialTasksRunOneAtATimeInOrder() throws Exception {
        SerialExecutor serial = pool.serial(5000);
        List<Integer> ran = new ArrayList<>(); // not thread-safe: each task must see the effects of the previous one
        AtomicInteger running = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(5000);
        for (int i = 0; i < 5000; i++) {
            int number = i;
            serial.execute(() -> {
                if (running.incrementAndGet() != 1) {
                    overlapped.set(true);
                }
                ran.add(number);
                running.decrementAndGet();
                done.countDown();
            });
        }

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(overlapped).isFalse();
        assertThat(ran).isSorted().hasSize(5000);
    }

    @Test
    void serialExecutorRefusesAndCountsTasksBeyondItsCapacity() {
        SerialExecutor serial = pool.serial(3);
        occupy(serial, 1);
        serial.execute(() -> {});
        serial.execute(() -> {});

        assertThat(serial.tryExecute(() -> {})).isFalse();
        assertThat(serial.refused()).isEqualTo(1);
        assertThat(serial.unfinished()).isEqualTo(3);
    }

    @Test
    void serialExecutorGetsAThreadWhenThePoolsQueueIsFull() throws Exception {
        occupy(2);
        for (int i = 0; i < 3; i++) {
            pool.execute(() -> {});
        }
        CompletableFuture<Void> ran = new CompletableFuture<>();

        assertThat(pool.serial(1).tryExecute(() -> ran.complete(null))).isTrue();

        release.countDown();
        ran.get(10, TimeUnit.SECONDS);
    }

    @Test
    void laterSerialTasksRunAfterOneThrows() throws Exception {
        SerialExecutor serial = pool.serial(10);
        CompletableFuture<Void> next = new CompletableFuture<>();
        serial.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        serial.execute(() -> next.complete(null));

        next.get(10, TimeUnit.SECONDS);
    }

    @Test
    void concurrentProducersLoseNoTask() throws Exception {
        SerialExecutor serial = pool.serial(1_000_000);
        AtomicInteger ran = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4 * 50_000);
        List<CompletableFuture<Void>> producers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            producers.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 50_000; i++) {
                    serial.execute(() -> {
                        ran.setPlain(ran.getPlain() + 1); // overlapping tasks would lose updates
                        done.countDown();
                    });
                }
            }));
        }
        for (CompletableFuture<Void> producer : producers) {
            producer.get(30, TimeUnit.SECONDS);
        }

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(4 * 50_000);
    }

    /** Runs tasks that block until {@link #release}; returns when all of them run. */
    private void occupy(int tasks) {
        occupy(pool, tasks);
    }

    private void occupy(Executor executor, int tasks) {
        CountDownLatch running = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            executor.execute(() -> {
                running.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try {
            assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> workers(String broker) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("maxmq-" + broker + "-worker"))
                .toList();
    }
}
