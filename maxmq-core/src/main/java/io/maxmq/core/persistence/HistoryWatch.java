package io.maxmq.core.persistence;

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
 * Walks the history of a partition at the pace of its handler. The handler is called on the store's executor; no lock is
 * held meanwhile. Thread-safe.
 */
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

    /** CALLING is left by who called the handler, or by {@link #close()}: so no call begins after a close. */
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);

    /** Set by who ends the watch from outside, read by the loop. */
    private volatile @Nullable StorageException end;

    /** Written by the loop alone, read by anyone. */
    private volatile long version;

    /**
     * Nothing happens before {@link #wake()}.
     *
     * @param fromVersion the first that is of interest, 1 or more
     * @param executor where the handler is called, one call at a time
     * @param onClosed is told once, when nothing follows any more
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

    /** There may be something new. */
    public void wake() {
        loop.wake();
    }

    /** Ends it with {@code cause}, behind a call of the handler that runs. The first cause counts. */
    public void end(StorageException cause) {
        endsWith(cause);
        wake();
    }

    /**
     * It is about to end with {@code cause}, at the latest from {@link #wake()} on. To be said before the history is reset: who
     * finds that there is nothing left of it then knows why.
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
        } catch (Throwable e) { // a stranger's code: whatever it throws costs it its watch and nobody else anything
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
            cause.addSuppressed(e); // the last call: there is nobody else to tell
        }
    }
}
