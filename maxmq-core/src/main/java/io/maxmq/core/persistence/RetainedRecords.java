package io.maxmq.core.persistence;

import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RetainedJournal;
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
 * Writes down what one loop has changed among the retained messages, once per iteration, each topic once however often it
 * has changed.
 *
 * <p>Several loops may change one topic at the same time, and the message that wins in memory must win in storage. So what is
 * written is not the message that a publisher has sent but the one that is retained <em>now</em>; reading it and handing it to
 * the store are one step under the topic's order. Of two such steps the second has read what is retained later, and the store
 * applies them in this order. The last change of a topic is followed by the step of its loop, which no older message can follow.
 *
 * <p>What the store does not take is tried again every second, from what is retained then; who has asked is told that it was
 * refused, and memory goes on serving it.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
public final class RetainedRecords implements RetainedJournal, Deferred {
    /** What a change takes beside its entry: objects of its own, its batch's, the store's. */
    private static final int CHANGE_BYTES = 400;

    /** While so much is on its way to the store, changes are gathered. */
    private static final long MAX_BYTES_UNDER_WAY = 8 << 20;

    private static final long RETRY_NANOS = 1_000_000_000L;

    /** An acknowledgement waits no longer for older messages, which are then those that storage refuses. */
    private static final long LATEST_NANOS = 1_000_000_000L;

    private final KeyValueStore store;
    private final Loop loop;
    private final Map<Place, Asking> changes = new LinkedHashMap<>();
    /** What the store has not taken. */
    private final Map<Place, Asking> again = new HashMap<>();

    private Fence fence = Runnable::run;

    private boolean deferred;
    private boolean pausing;
    private boolean closed;
    private long bytesUnderWay;

    private record Place(Routes routes, Topic topic) {}

    /** Who waits for a change: those who set a message, and those who clear it. */
    private record Asking(List<PendingOutcome> setting, List<PendingOutcome> clearing) {
        Asking() {
            this(new ArrayList<>(1), new ArrayList<>(0));
        }
    }

    public RetainedRecords(LoopStore store) {
        this.store = store.store();
        this.loop = store.loop();
    }

    /** What an acknowledged clear waits for besides. */
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

    /** The changes of one iteration on their way to the store; their end is one task. */
    private final class Flush {
        private final List<Change> changes = new ArrayList<>();
        /** One more than there are batches, until all are submitted. */
        private final AtomicInteger outstanding = new AtomicInteger(1);

        void add(Place place, Asking waiting) {
            Change change = new Change(place, waiting);
            changes.add(change);
            outstanding.incrementAndGet();
            CompletionStage<?> end;
            try {
                end = change.commit();
            } catch (RuntimeException larger) { // than the store takes: no use in trying again
                change.failure = larger;
                change.isHopeless = true;
                completed();
                return;
            }
            bytesUnderWay += change.bytes;
            loop.credit().overdraw(change.bytes); // a copy, for a moment, of what has its charge
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

        /** On whichever thread completes a batch. */
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

    /** Those who have cleared a message: told when no older one can come back. */
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
        /** Written by the thread that completes the batch, before the loop is told. */
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

    /** Hands over what waits, as the broker closes. */
    public void close() {
        assert loop.inLoop();
        closed = true;
        again.forEach(changes::putIfAbsent);
        again.clear();
        runDeferred();
    }
}
