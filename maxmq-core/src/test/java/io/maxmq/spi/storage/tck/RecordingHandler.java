package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.WatchHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** Keeps what a watch tells; waits for it with a deadline. Notes when two calls overlap or one follows the end. */
final class RecordingHandler implements WatchHandler {

    private static final long DEADLINE_SECONDS = 30;

    private final BlockingQueue<Object> calls = new LinkedBlockingQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private volatile String misuse = "none";
    private volatile boolean ended;

    @Override
    public void onChanges(ChangeSet changes) {
        call(changes);
    }

    @Override
    public void onEnd(StorageException cause) {
        call(cause);
        ended = true;
    }

    private void call(Object what) {
        if (running.incrementAndGet() != 1) {
            misuse = "two calls at a time";
        }
        if (ended) {
            misuse = "a call after onEnd";
        }
        calls.add(what);
        running.decrementAndGet();
    }

    /** The next set of changes. */
    ChangeSet awaitChanges() {
        Object next = awaitCall();
        assertThat(next).isInstanceOf(ChangeSet.class);
        return (ChangeSet) next;
    }

    /** All sets of changes up to that of a version, or to the first one behind it. */
    List<ChangeSet> awaitUpTo(long version) {
        List<ChangeSet> sets = new ArrayList<>();
        do {
            sets.add(awaitChanges());
        } while (sets.get(sets.size() - 1).version() < version);
        return sets;
    }

    /** The end, which must be the next call. */
    StorageException awaitEnd() {
        Object next = awaitCall();
        assertThat(next).isInstanceOf(StorageException.class);
        return (StorageException) next;
    }

    /** The end, and what was told before it. */
    StorageException awaitEnd(List<ChangeSet> before) {
        Object next = awaitCall();
        while (next instanceof ChangeSet changes) {
            before.add(changes);
            next = awaitCall();
        }
        return (StorageException) next;
    }

    /** How many calls nobody has asked for yet. */
    int unread() {
        return calls.size();
    }

    private Object awaitCall() {
        try {
            Object next = calls.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(next)
                    .as("a call of the handler within " + DEADLINE_SECONDS + " s")
                    .isNotNull();
            assertThat(misuse).isEqualTo("none");
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
