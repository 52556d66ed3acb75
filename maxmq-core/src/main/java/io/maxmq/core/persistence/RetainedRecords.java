package io.maxmq.core.persistence;

import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RetainedJournal;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the retained messages that one loop has changed, once per iteration and topic.
 *
 * <p>Several loops may change one topic concurrently; the message that wins in memory must win in storage. Therefore
 * the value written is not the published message but the message retained <em>at submission</em>. Reading it and
 * submitting it are one step under the topic's order lock. Of two such steps the second reads the newer value, and the
 * store applies them in this order. After the last change of a topic such a step follows, and no older message can be
 * written after that step.
 *
 * <p>Refused changes are retried every second with the message retained at that time. The waiting outcomes report the
 * refusal, and the message in memory remains in use.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
public final class RetainedRecords implements RetainedJournal, Deferred {
    /** Memory of a change beside its entry, in bytes: objects here, in the batch and in the store. */
    private static final int CHANGE_BYTES = 400;

    /** Above this number of submitted bytes, changes are collected instead of submitted. */
    private static final long MAX_BYTES_UNDER_WAY = 8 << 20;

    private static final long RETRY_NANOS = 1_000_000_000L;

    /**
     * Longest wait of an acknowledgement for older messages. Older messages that are still pending afterwards are
     * refused by the store.
     */
    private static final long LATEST_NANOS = 1_000_000_000L;

    private final KeyValueStore store;
    private final Loop loop;
    private final Map<Place, Asking> changes = new LinkedHashMap<>();
    /** Refused changes. */
    private final Map<Place, Asking> again = new HashMap<>();

    private Fence fence = Runnable::run;

    private boolean deferred;
    private boolean pausing;
    private boolean closed;
    private long bytesUnderWay;

    private record Place(Routes routes, Topic topic) {}

    /** Outcomes that wait for a change: of messages that set a retained message, and of messages that clear one. */
    private record Asking(List<PendingOutcome> setting, List<PendingOutcome> clearing) {
        Asking() {
            this(new ArrayList<>(1), new ArrayList<>(0));
        }
    }

    public RetainedRecords(LoopStore store) {
        this.store = store.store();
        this.loop = store.loop();
    }

    /** Sets the additional condition for the acknowledgement of a cleared message. */
    void fence(Fence before) {
        assert loop.inLoop();
        fence = before;
    }

    @Override
    public void changed(Routes routes, Topic topic, @Nullable RoutedMessage asking) {
        assert loop.inLoop();
        Asking waiting = changes.computeIfAbsent(new Place(routes, topic.withoutMatches()), place -> new Asking());
        if (asking != null && asking.qos() > 0) {
            (asking.payloadLength() == 0 ? waiting.clearing : waiting.setting).add(asking.await());
        }
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
    }

    @Override
    public void runDeferred() {
        assert loop.inLoop();
        deferred = false;
        Flush flush = new Flush();
        Iterator<Map.Entry<Place, Asking>> each = changes.entrySet().iterator();
        while (each.hasNext() && (closed || bytesUnderWay < MAX_BYTES_UNDER_WAY)) {
            Map.Entry<Place, Asking> change = each.next();
            each.remove();
            flush.add(change.getKey(), change.getValue());
        }
        flush.submitted();
    }

    /** The submitted changes of one iteration. Their results are handled in one task. */
    private final class Flush {
        private final List<Change> changes = new ArrayList<>();
        /** Number of pending batches, plus one until all are submitted. */
        private final AtomicInteger outstanding = new AtomicInteger(1);

        void add(Place place, Asking waiting) {
            Change change = new Change(place, waiting);
            changes.add(change);
            outstanding.incrementAndGet();
            CompletionStage<?> end;
            try {
                end = change.commit();
            } catch (RuntimeException larger) { // larger than the store's limit: a retry would fail as well
                change.failure = larger;
                change.isHopeless = true;
                completed();
                return;
            }
            bytesUnderWay += change.bytes;
            loop.credit().overdraw(change.bytes); // a short-lived copy of a message that is already charged
            end.whenComplete((result, thrown) -> {
                change.failure = thrown;
                completed();
            });
        }

        void submitted() {
            if (!changes.isEmpty()) {
                completed();
            }
        }

        /** Runs on the thread that completes a batch. */
        private void completed() {
            if (outstanding.decrementAndGet() == 0) {
                loop.execute(this::finish);
            }
        }

        private void finish() {
            assert loop.inLoop();
            Cleared cleared = new Cleared();
            for (Change change : changes) {
                bytesUnderWay -= change.bytes;
                loop.credit().release(change.bytes);
                change.tell(cleared);
                if (change.failure != null && !change.isHopeless && !closed) {
                    tryAgain(change.place);
                }
            }
            cleared.tellSoon();
            if (!RetainedRecords.this.changes.isEmpty() && !deferred) {
                runDeferred();
            }
        }
    }

    /** Outcomes of messages that cleared a retained message, completed when no older message can reappear. */
    private final class Cleared implements Runnable {
        private List<PendingOutcome> waiting = new ArrayList<>();

        void tellSoon() {
            if (waiting.isEmpty()) {
                return;
            }
            fence.pass(this);
            if (!waiting.isEmpty()) {
                loop.afterPause(LATEST_NANOS, this);
            }
        }

        @Override
        public void run() {
            List<PendingOutcome> told = waiting;
            waiting = List.of();
            told.forEach(each -> each.complete(0, 0, 0, null));
        }
    }

    private final class Change {
        private final Place place;
        private final Asking waiting;
        private long bytes;
        private boolean isHopeless;
        /** Written by the thread that completes the batch, before it notifies the loop. */
        private @Nullable Throwable failure;

        Change(Place place, Asking waiting) {
            this.place = place;
            this.waiting = waiting;
        }

        CompletionStage<?> commit() {
            Bytes key = RetainedRecord.key(place.routes.tenant(), place.topic);
            Batch.Builder batch = Batch.builder(ShardedKey.shardOf(key));
            synchronized (place.routes.retained().orderOf(place.topic)) {
                StoredMessage now = place.routes.retained().get(place.topic);
                if (now == null) {
                    batch.delete(Tables.RETAINED, key);
                } else {
                    batch.put(Tables.RETAINED, key, RetainedRecord.write(key, now));
                }
                CompletionStage<?> end = store.commit(batch.build());
                bytes = batch.sizeBytes() + CHANGE_BYTES;
                return end;
            }
        }

        void tell(Cleared cleared) {
            if (failure == null) {
                waiting.setting.forEach(each -> each.complete(0, 0, 0, null));
                cleared.waiting.addAll(waiting.clearing);
            } else {
                waiting.setting.forEach(PendingOutcome::refuseUnstored);
                waiting.clearing.forEach(PendingOutcome::refuseUnstored);
            }
        }
    }

    private void tryAgain(Place place) {
        again.put(place, new Asking());
        if (!pausing) {
            pausing = true;
            loop.afterPause(RETRY_NANOS, () -> {
                pausing = false;
                again.forEach(changes::putIfAbsent);
                again.clear();
                if (!deferred) {
                    runDeferred();
                }
            });
        }
    }

    /** Submits all waiting changes when the broker closes. */
    public void close() {
        assert loop.inLoop();
        closed = true;
        again.forEach(changes::putIfAbsent);
        again.clear();
        runDeferred();
    }
}
