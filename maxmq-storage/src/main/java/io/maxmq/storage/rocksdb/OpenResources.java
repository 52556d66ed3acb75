package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources of an open store: the locked directory, the database, threads. Closed in the opposite order.
 *
 * @param completions one thread, for the stages of batches, in their order
 */
record OpenResources(
        StoreDirectory directory, Space space, Engine engine, Readers readers, ExecutorService completions) {

    /** The deadline of a close; tasks that have not ended by then are abandoned. */
    static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(OpenResources.class);

    /**
     * Takes the directory and opens the database.
     *
     * @param threadName of a role
     * @param over whether the store has closed
     */
    static OpenResources open(
            StoreSettings asked, WriteFaults faults, UnaryOperator<String> threadName, BooleanSupplier over)
            throws IOException {
        NativeLibrary.load();
        StoreDirectory directory = StoreDirectory.enter(asked.directory(), asked.backup());
        StoreSettings settings;
        try {
            settings = asked.onDisk(directory.totalBytes());
        } catch (Throwable e) {
            closeAfter(e, directory);
            throw e;
        }
        Space space = new Space(directory, settings.space(), faults);
        Engine engine = new Engine(directory, settings);
        try {
            open(engine, space);
            ExecutorService completions = new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Threads.named(threadName.apply("complete")));
            return new OpenResources(
                    directory, space, engine, new Readers(threadName.apply("read"), over), completions);
        } catch (Throwable e) { // or the directory would be in use for as long as this JVM lives
            closeAfter(e, engine);
            closeAfter(e, directory);
            throw e;
        }
    }

    private static void open(Engine engine, Space space) throws IOException {
        space.beforeOpening();
        try {
            engine.open();
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.FULL || !space.releaseToOpen()) {
                throw e;
            }
            engine.open();
        }
        space.opened();
    }

    private static void closeAfter(Throwable cause, AutoCloseable opened) {
        try {
            opened.close();
        } catch (Exception e) {
            cause.addSuppressed(e);
        }
    }

    /** After the writer has ended. Blocks until what is under way has ended too, at most for {@link #CLOSE_DEADLINE}. */
    void close() {
        long deadlineNanos = System.nanoTime() + CLOSE_DEADLINE.toNanos();
        completions.shutdown();
        try {
            boolean ended = readers.stop(deadlineNanos);
            ended &= completions.awaitTermination(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (!ended) {
                LOG.warn("something still runs on the store's threads: a continuation or a handler that blocks");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            engine.close();
        } catch (StorageException e) {
            LOG.error("the log could not be forced at the end: {}", e.getMessage(), e);
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("the lock could not be given back: {}", e.toString());
        }
    }
}
