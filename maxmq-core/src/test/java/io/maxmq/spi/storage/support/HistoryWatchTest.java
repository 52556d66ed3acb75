package io.maxmq.spi.storage.support;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.WatchHandler;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HistoryWatchTest {

    private static final Table TABLE = new Table("table");

    private final ConcurrentLinkedQueue<Object> told = new ConcurrentLinkedQueue<>();
    private final WatchHandler handler = new WatchHandler() {
        @Override
        public void onChanges(ChangeSet changes) {
            told.add(changes);
        }

        @Override
        public void onEnd(StorageException cause) {
            told.add(cause);
        }
    };

    @Test
    void callsNobodyWhenItIsClosedWhileItLooksForChanges() throws Exception {
        ManualExecutor executor = new ManualExecutor();
        ChangeHistory history = new ChangeHistory(0, 10, 1_000);
        Bytes key = Bytes.utf8("key");
        history.add(1, Batch.builder(key.byteAt(0)).delete(TABLE, key).build(), List.of());
        HistoryWatch watch = new HistoryWatch(TABLE, 1, history, handler, executor, w -> {});
        watch.wake();
        Thread looking = new Thread(executor::runAll);

        synchronized (history) { // so that the look at it takes until the watch is closed
            looking.start();
            awaitBlocked(looking);
            watch.close();
        }

        looking.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(looking.isAlive()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void saysWhyNothingIsLeftOfTheHistoryAlsoWhenItWasLookingMeanwhile() throws Exception {
        ManualExecutor executor = new ManualExecutor();
        ChangeHistory history = new ChangeHistory(0, 10, 1_000);
        HistoryWatch watch = new HistoryWatch(TABLE, 1, history, handler, executor, w -> {});
        watch.wake();
        Thread looking = new Thread(executor::runAll);
        StorageException restored = new StorageException(Kind.RESTORED, "replaced");

        synchronized (history) { // so that the look at it takes until it has been reset
            looking.start();
            awaitBlocked(looking);
            watch.endsWith(restored);
            history.reset(5);
        }

        looking.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(looking.isAlive()).isFalse();
        assertThat(told).containsExactly(restored);
    }

    private static void awaitBlocked(Thread thread) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (thread.getState() != Thread.State.BLOCKED) {
            assertThat(System.nanoTime()).as("blocked within 30 s").isLessThan(deadlineNanos);
            Thread.onSpinWait();
        }
    }
}
