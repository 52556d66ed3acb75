package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** The threads that read, and that call handlers of watches. Thread-safe. */
final class Readers implements Executor {

    private static final int THREADS = 2;

    /** Reads that wait. */
    private static final int MAX_WAITING = 100_000;

    private final ThreadPoolExecutor pool;
    private final BooleanSupplier closed;
    private final AtomicInteger waiting = new AtomicInteger();

    /** A task of a reader. */
    interface Read<T> {
        T get() throws RocksDBException;
    }

    /**
     * @param closed whether the store has closed
     */
    Readers(String threadName, BooleanSupplier closed) {
        this.closed = closed;
        pool = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.named(threadName));
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Reads on one of the threads, and completes {@code result} there; at once with {@code CLOSED} or {@code BUSY}.
     *
     * @param table for the failure's place, or null
     * @param before runs just before the completion
     */
    <T> void read(CompletableFuture<T> result, @Nullable Table table, Read<T> read, Runnable before) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            before.run();
            result.completeExceptionally(new StorageException(Kind.BUSY, MAX_WAITING + " reads are waiting"));
            return;
        }
        try {
            pool.execute(() -> {
                waiting.decrementAndGet();
                T value;
                try {
                    if (closed.getAsBoolean()) {
                        throw closedException();
                    }
                    value = read.get();
                } catch (Throwable e) { // every stage must complete, even without memory
                    before.run();
                    result.completeExceptionally(Failures.of(e, table));
                    return;
                }
                before.run();
                result.complete(value);
            });
        } catch (RejectedExecutionException e) {
            waiting.decrementAndGet();
            before.run();
            result.completeExceptionally(closedException());
        }
    }

    /** Runs a small task without a result; ignored while the store closes, which releases everything itself. */
    void run(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            // the store closes
        }
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    private static StorageException closedException() {
        return new StorageException(Kind.CLOSED, "the store is closed");
    }

    /** Takes no more, and runs what it has taken. */
    boolean stop(long deadlineNanos) throws InterruptedException {
        pool.shutdown();
        return pool.awaitTermination(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
