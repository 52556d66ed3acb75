package io.maxmq.core.persistence;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Removes ranges of message records and releases their references to large bodies, so that a body is deleted with its
 * last record. A removal waits until the store has accepted all earlier changes of the shard, reads the range, removes
 * it in a single mutation, and decrements the counts when the removal is durable. A crash in between leaves a count too
 * high, which {@link PayloadSweep} corrects; a count is never too low.
 *
 * <p>Bounds: at most {@value #MAX_ACTIVE} removals run at a time, the others wait in order. Counts are decremented in
 * slices of {@value #BODIES_PER_SLICE}, one slice after the other. The message ids are charged to the loop's memory
 * credit; a removal waits while no memory is left, unless it is the oldest. Each removal is charged from its call on:
 * if sessions end faster than their queues can be removed, the memory budget is used up and new sessions are refused,
 * before the heap is used up.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
public final class MessageRemovals {
    static final int MAX_ACTIVE = 64;
    static final int BODIES_PER_SLICE = 1_000;

    private static final long RETRY_NANOS = 1_000_000_000L;

    /** Two halves of an id, counted twice because a growing array exists twice during the copy. */
    private static final int BYTES_PER_BODY = 32;

    private static final int ENTRIES_PER_CHARGE = 1_000;

    /** A removal and the ended session that its callback refers to. */
    private static final long BYTES_PER_REMOVAL = 2_048;

    private final LoopStore store;
    private final Payloads payloads;
    private final Loop loop;
    private final Queue<Removal> waiting = new ArrayDeque<>();
    private final List<Removal> active = new ArrayList<>();

    MessageRemovals(LoopStore store, Payloads payloads) {
        this.store = store;
        this.payloads = payloads;
        this.loop = store.loop();
    }

    /**
     * Removes the records of a range. No record may be added to the range after this call, and ranges of two calls must
     * not overlap.
     *
     * @param range within one shard of {@link Tables#QUEUE} or {@link Tables#GROUP_QUEUE}
     * @param damaged called for each unreadable part of the range
     * @param removed called in the iteration that submits the removal to the {@link LoopStore}, with the size of all
     *     messages as in {@link StoredMessage#bytes}; changes that it requests are ordered after the removal
     */
    public void remove(Table table, KeyRange range, Consumer<Throwable> damaged, LongConsumer removed) {
        assert loop.inLoop();
        loop.credit().overdraw(BYTES_PER_REMOVAL);
        waiting.add(new Removal(table, range, damaged, removed));
        beginNext();
    }

    /** Number of removals that have not yet released all references. */
    public int size() {
        assert loop.inLoop();
        return waiting.size() + active.size();
    }

    /** Adds the lower halves of the ids of all bodies whose references are being released. */
    void addPending(LongHashSet bodies) {
        assert loop.inLoop();
        for (Removal removal : active) {
            for (int i = 1; i < removal.bodies.size(); i += 2) {
                bodies.add(removal.bodies.getLong(i));
            }
        }
    }

    private void beginNext() {
        while (active.size() < MAX_ACTIVE) {
            Removal next = waiting.poll();
            if (next == null) {
                return;
            }
            active.add(next);
            next.awaitEarlierChanges();
        }
    }

    private final class Removal {
        private final Table table;
        private final KeyRange range;
        private final int shard;
        private final Consumer<Throwable> damaged;
        private final LongConsumer removed;
        /** Upper and lower half of the id of each referenced body, once per reference. */
        private final LongArrayList bodies = new LongArrayList();

        private long messageBytes;
        private long chargedBytes;
        private int next;

        Removal(Table table, KeyRange range, Consumer<Throwable> damaged, LongConsumer removed) {
            this.table = table;
            this.range = range;
            this.shard = ShardedKey.shardOf(range.from());
            this.damaged = damaged;
            this.removed = removed;
        }

        /** Waits twice, to include changes that callbacks of a failed write request. */
        void awaitEarlierChanges() {
            store.afterTaken(shard, () -> store.afterTaken(shard, this::charge));
        }

        private void charge() {
            long bytes = (long) BYTES_PER_BODY * ENTRIES_PER_CHARGE;
            if (active.get(0) == this) {
                loop.credit().overdraw(bytes);
            } else if (!loop.credit().tryCharge(bytes)) {
                loop.afterPause(RETRY_NANOS, this::charge);
                return;
            }
            chargedBytes += bytes;
            store.reads().scan(table, range, damaged, this::read, this::removeRange);
        }

        private void read(List<Entry> entries) {
            for (Entry entry : entries) {
                MessageRecord message = messageIn(entry);
                messageBytes += message == null ? 0 : message.storedBytes();
                if (message != null && message.isApart()) {
                    bodies.addLong(message.idHigh());
                    bodies.addLong(message.idLow());
                }
            }
            loop.work(entries.size());
            long bytes = (long) BYTES_PER_BODY * (bodies.size() / 2) - chargedBytes;
            if (bytes > 0) {
                loop.credit().overdraw(bytes);
                chargedBytes += bytes;
            }
        }

        private @Nullable MessageRecord messageIn(Entry entry) {
            try {
                return table.equals(Tables.QUEUE) ? QueueRecord.read(entry).message() : GroupQueueRecord.read(entry);
            } catch (DamagedRecordException unreadable) {
                damaged.accept(unreadable);
                store.leaveBodies();
                return null;
            }
        }

        private void removeRange(@Nullable Throwable failure) {
            if (failure != null) {
                store.leaveBodies();
            }
            for (int i = 1; i < bodies.size(); i += 2) {
                payloads.note(bodies.getLong(i));
            }
            store.deleteRange(table, range, null);
            try {
                removed.accept(messageBytes);
            } catch (Throwable t) {
                loop.reportFailure(t);
            }
            if (bodies.isEmpty()) {
                end();
            } else {
                store.afterTaken(shard, this::giveBack);
            }
        }

        private void giveBack() {
            int end = Math.min(bodies.size(), next + 2 * BODIES_PER_SLICE);
            for (; next < end; next += 2) {
                payloads.forget(bodies.getLong(next), bodies.getLong(next + 1));
            }
            if (next == bodies.size()) {
                end();
            } else {
                store.afterWritten(() -> {
                    if (store.hasTakenAll()) {
                        giveBack();
                    } else {
                        loop.afterPause(RETRY_NANOS, this::giveBack);
                    }
                });
            }
        }

        private void end() {
            active.remove(this);
            loop.credit().release(chargedBytes + BYTES_PER_REMOVAL);
            beginNext();
        }
    }
}
