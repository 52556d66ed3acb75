package io.maxmq.spi.storage.support;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SerialLoopTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicInteger rejections = new AtomicInteger();
    private final SerialLoop loop = new SerialLoop(executor, this::step, e -> {
        rejections.incrementAndGet();
        work.set(0);
    });

    private boolean step() {
        if (work.get() == 0) {
            return false;
        }
        work.decrementAndGet();
        return true;
    }

    @Test
    void startsOneTurnForManyWakeUps() {
        work.set(3);
        loop.wake();
        loop.wake();
        loop.wake();

        assertThat(executor.waiting()).isEqualTo(1);
        executor.runAll();
        assertThat(work).hasValue(0);
        work.set(1);
        loop.wake();
        executor.runAll();
        assertThat(work).hasValue(0);
    }

    @Test
    void givesTheExecutorBackNowAndThen() {
        work.set(1_000);
        loop.wake();

        executor.runOne();

        assertThat(work.get()).isBetween(1, 999);
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runAll();
        assertThat(work).hasValue(0);
    }

    @Test
    void saysThatTheExecutorTakesNoMore() {
        work.set(1_000);
        loop.wake();
        executor.stop();

        executor.runAll(); // whose second turn is rejected
        assertThat(rejections).hasValue(1);
        loop.wake();
        assertThat(rejections).hasValue(2);
    }

    @Test
    void looksAgainWhenWorkComesJustAfterNothingWasFound() {
        List<String> looks = new ArrayList<>();
        AtomicReference<SerialLoop> self = new AtomicReference<>();
        self.set(new SerialLoop(
                executor,
                () -> {
                    if (looks.isEmpty()) {
                        looks.add("nothing");
                        self.get().wake(); // between this look and the end of the turn
                        return false;
                    }
                    return looks.size() < 2 && looks.add("found");
                },
                e -> {}));

        self.get().wake();
        executor.runAll();

        assertThat(looks).containsExactly("nothing", "found");
    }

    @Test
    void losesNoWakeUpOfManyThreadsAndNeverRunsTwice() throws Exception {
        int threads = 4;
        int each = 20_000;
        AtomicInteger pending = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads * each);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        SerialLoop shared = new SerialLoop(
                pool,
                () -> {
                    if (running.incrementAndGet() != 1) {
                        overlaps.incrementAndGet();
                    }
                    boolean found = pending.get() > 0;
                    if (found) {
                        pending.decrementAndGet();
                        done.countDown();
                    }
                    running.decrementAndGet();
                    return found;
                },
                e -> {});
        try {
            for (int i = 0; i < threads; i++) {
                Thread waker = new Thread(() -> {
                    for (int j = 0; j < each; j++) {
                        pending.incrementAndGet();
                        shared.wake();
                    }
                });
                waker.start();
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(overlaps).hasValue(0);
        } finally {
            pool.shutdown();
        }
    }
}
