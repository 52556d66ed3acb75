package io.maxmq.spi.storage.support;

import io.maxmq.spi.Preview;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Watch} that reads a {@link ChangeHistory} at the pace of its handler. The handler runs on the store's executor;
 * no lock is held meanwhile. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class HistoryWatch implements Watch {

    private enum Phase {
        IDLE,
        CALLING,
        CLOSED
    }

    private final Table table;
    private final ChangeHistory history;
    private final WatchHandler handler;
    private final Consumer<HistoryWatch> onClosed;
    private final SerialLoop loop;

    /** The thread that calls the handler leaves CALLING, or {@link #close()} does, so no call begins after a close. */
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);

    /** Set by the thread that ends the watch, read by the loop. */
    private volatile @Nullable StorageException end;

    /** Written by the loop alone, read by anyone. */
    private volatile long version;

    /**
     * Creates a watch that reads nothing before the first {@link #wake()}.
     *
     * @param fromVersion the first version to deliver, 1 or more
     * @param executor runs the handler, one call at a time
     * @param onClosed called once, when the watch has ended
     */
    public HistoryWatch(
            Table table,
            long fromVersion,
            ChangeHistory history,
            WatchHandler handler,
            Executor executor,
            Consumer<HistoryWatch> onClosed) {
        this.table = table;
        this.version = fromVersion - 1;
        this.history = history;
        this.handler = handler;
        this.onClosed = onClosed;
        this.loop = new SerialLoop(
                executor,
                this::step,
                e -> finish(new StorageException(Kind.CLOSED, "the store's executor takes no more", e)));
    }

    /** Looks for new batches, on the executor. */
    public void wake() {
        loop.wake();
    }

    /** Ends the watch with {@code cause}, after a running call of the handler. The first cause counts. */
    public void end(StorageException cause) {
        endsWith(cause);
        wake();
    }

    /**
     * Sets the cause with which the next {@link #wake()} ends the watch. Call it before {@link ChangeHistory#reset}, so that a
     * concurrent read of the reset history reports this cause and not {@code TOO_OLD}.
     */
    public void endsWith(StorageException cause) {
        if (end == null) {
            end = cause;
        }
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public void close() {
        if (phase.getAndSet(Phase.CLOSED) != Phase.CLOSED) {
            onClosed.accept(this);
        }
    }

    private boolean step() {
        if (phase.get() == Phase.CLOSED) {
            return false;
        }
        StorageException cause = end;
        if (cause != null) {
            finish(cause);
            return false;
        }
        ChangeHistory.Next next = history.next(table, version + 1);
        if (next instanceof ChangeHistory.Next.Found found) {
            return deliver(found);
        }
        if (next instanceof ChangeHistory.Next.TooOld tooOld) {
            StorageException reset = end; // it may have been reset since the look above
            finish(
                    reset != null
                            ? reset
                            : new StorageException(
                                    Kind.TOO_OLD,
                                    "wanted version " + (version + 1) + ", oldest is " + tooOld.oldest()));
            return false;
        }
        ChangeHistory.Next.Nothing nothing = (ChangeHistory.Next.Nothing) next;
        version = Math.max(version, nothing.upTo()); // a watch from a later version waits for it
        return !nothing.end();
    }

    private boolean deliver(ChangeHistory.Next.Found found) {
        if (!phase.compareAndSet(Phase.IDLE, Phase.CALLING)) {
            return false; // closed
        }
        try {
            handler.onChanges(found.changes());
        } catch (Throwable e) { // the handler is foreign code: its exception ends its own watch and affects no other
            phase.compareAndSet(Phase.CALLING, Phase.IDLE);
            finish(new StorageException(
                    Kind.HANDLER_FAILED, "at version " + found.changes().version(), e));
            return false;
        }
        version = found.changes().version();
        return phase.compareAndSet(Phase.CALLING, Phase.IDLE);
    }

    private void finish(StorageException cause) {
        if (!phase.compareAndSet(Phase.IDLE, Phase.CLOSED)) {
            return;
        }
        onClosed.accept(this);
        try {
            handler.onEnd(cause);
        } catch (Throwable e) {
            cause.addSuppressed(e); // the last call: no listener is left to notify
        }
    }
}
