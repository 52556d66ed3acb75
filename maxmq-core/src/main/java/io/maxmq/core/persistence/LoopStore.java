package io.maxmq.core.persistence;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Access of one event loop to the store. Collects the writes of its sessions, submits them as one batch per shard once
 * per iteration of the loop, and calls all callbacks in one task when everything is durable. The store groups the
 * batches of all loops.
 *
 * <p>Order: changes of one key are applied in call order, provided that each key is always written early or always
 * late. {@linkplain #putEarly Early} changes are applied before all other changes of the same iteration, on this loop
 * and on the loops to which it hands messages over.
 *
 * <p>A change without a callback is retried once per second until the store accepts it, or accepts a later change of
 * the same key: the last change of a key always wins. New entries may follow in a range that was removed; the retry of
 * a removal therefore comes before all later changes of its shard. {@link Retries} bounds the pending retries.
 *
 * <p>Waiting and submitted writes are charged to the loop's memory credit. Runs on the loop. Not thread-safe.
 */
public final class LoopStore implements Deferred {
    /** Memory of a change beside its key and value, in bytes: objects here, in the batch and in the store. */
    private static final int WRITE_BYTES = 320;

    /** Above this number of submitted bytes, late changes are collected instead of submitted. */
    private static final long MAX_BYTES_UNDER_WAY = 8 << 20;

    /** Minimum delay of changes that may become unnecessary; the maximum is twice as long. */
    private static final long LINGER_NANOS = 5_000_000L;

    /** Interval of checks whether the store has accepted a retried change. */
    private static final long TAKEN_RETRY_NANOS = 250_000_000L;

    private final KeyValueStore store;
    private final Loop loop;
    private final MemoryCredit credit;
    private final LoopReads reads;
    private final PendingWrites underWay;

    /**
     * Writes that early writes depend on. They go into separate batches, because the batch of a shard's early writes
     * may already contain an older write.
     */
    private final List<Write> bodies = new ArrayList<>();

    private final List<Write> early = new ArrayList<>();
    private final List<Write> late = new ArrayList<>();
    private final EventualRemovals eventual;

    private boolean deferred;
    private boolean lingering;
    /** Number of late writes that have waited for a full delay. */
    private int ripeLate;
    /** True if a waiting write must be submitted as soon as possible. */
    private boolean urgent;

    private boolean closed;

    public LoopStore(KeyValueStore store, Loop loop) {
        this.store = store;
        this.loop = loop;
        this.credit = loop.credit();
        this.reads = new LoopReads(store, loop);
        this.underWay = new PendingWrites(store, loop, this::someHaveEnded);
        this.eventual = new EventualRemovals(loop, ripe -> {
            late.addAll(ripe);
            flushUnlessBusy();
        });
    }

    public Loop loop() {
        return loop;
    }

    /** The store, for writers that maintain their own order. */
    KeyValueStore store() {
        return store;
    }

    /** Reads of this loop. They may miss earlier writes until {@link #afterWritten} has reported them as written. */
    public LoopReads reads() {
        return reads;
    }

    // ---- writing

    /**
     * Writes an entry before all late changes of this iteration: an entry that others refer to, or that identifies a
     * duplicate.
     *
     * @return null if no memory is left; {@code written} then gets the failure
     */
    public @Nullable Write putEarly(Table table, Bytes key, Bytes value, @Nullable WriteCallback written) {
        return add(early, new Mutation.Put(table, key, value), key, value.length(), written, true);
    }

    /** Writes an early entry that replaces a larger one and may become unnecessary shortly. */
    public @Nullable Write putEarlySoon(Table table, Bytes key, Bytes value) {
        Write write = add(early, new Mutation.Put(table, key, value), key, value.length(), null, false);
        if (write != null) {
            write.useReserve();
        }
        return write;
    }

    /** Deletes an entry of a table that is written early. */
    public @Nullable Write deleteEarly(Table table, Bytes key, @Nullable WriteCallback written) {
        return add(early, new Mutation.Delete(table, key), key, 0, written, true);
    }

    /**
     * Writes an entry before all other changes of this iteration, including early ones, and adds to the counter under
     * the same key in another table, atomically. Returns null as {@link #putEarly} does.
     */
    public @Nullable Write putCountedFirst(
            Table table, Bytes key, Bytes value, Table counters, long delta, WriteCallback written) {
        Write write = add(bodies, new Mutation.Put(table, key, value), key, value.length(), written, true);
        if (write != null) {
            write.count(new Mutation.Add(counters, key, delta));
        }
        return write;
    }

    /** Writes an entry. Returns null if no memory is left; {@code written} then gets the failure. */
    public @Nullable Write put(Table table, Bytes key, Bytes value, @Nullable WriteCallback written) {
        return add(late, new Mutation.Put(table, key, value), key, value.length(), written, true);
    }

    /**
     * Writes a small entry that replaces another one or is short-lived: a store that is short of space accepts it from
     * its reserve.
     */
    public @Nullable Write putFromReserve(Table table, Bytes key, Bytes value, @Nullable WriteCallback written) {
        Write write = put(table, key, value, written);
        if (write != null) {
            write.useReserve();
        }
        return write;
    }

    /** Writes an entry that may become unnecessary shortly. */
    public @Nullable Write putSoon(Table table, Bytes key, Bytes value, WriteCallback written) {
        return putSoon(
                ShardedKey.shardOf(key),
                key.length() + value.length(),
                () -> new Mutation.Put(table, key, value),
                written);
    }

    /**
     * Writes an entry that may become unnecessary shortly and is encoded only when submitted.
     *
     * @param expectedBytes approximate size of key and value
     * @param put returns the entry, of that shard, on submission
     */
    public @Nullable Write putSoon(int shard, int expectedBytes, Supplier<Mutation.Put> put, WriteCallback written) {
        assert loop.inLoop();
        long bytes = WRITE_BYTES + (long) expectedBytes;
        if (isRefused(bytes, written)) {
            return null;
        }
        Write write = new Write(shard, put, written, bytes);
        late.add(write);
        flushSoon();
        return write;
    }

    /** Deletes an entry. */
    public @Nullable Write delete(Table table, Bytes key, @Nullable WriteCallback written) {
        return add(late, new Mutation.Delete(table, key), key, 0, written, true);
    }

    /** Deletes an entry with a delay. */
    public void deleteSoon(Table table, Bytes key) {
        add(late, new Mutation.Delete(table, key), key, 0, null, false);
    }

    /** Deletes an entry with a longer delay, see {@link EventualRemovals}. */
    public void deleteEventually(Table table, Bytes key) {
        assert loop.inLoop();
        long bytes = WRITE_BYTES + (long) key.length();
        credit.overdraw(bytes);
        eventual.add(new Write(ShardedKey.shardOf(key), new Mutation.Delete(table, key), null, bytes));
    }

    /** Sets the condition for delayed deletions; without one they wait for at most half a second. */
    void fence(Fence before) {
        assert loop.inLoop();
        eventual.fence(before);
    }

    /** Deletes all entries of a range within one shard. */
    public void deleteRange(Table table, KeyRange range, @Nullable WriteCallback written) {
        add(late, new Mutation.DeleteRange(table, range), range.from(), 0, written, true);
    }

    /** Deletes a range of a table that is written early. */
    public void deleteRangeEarly(Table table, KeyRange range) {
        add(early, new Mutation.DeleteRange(table, range), range.from(), 0, null, true);
    }

    /** Adds to a counter with a delay. */
    public void addSoon(Table table, Bytes key, long delta) {
        add(late, new Mutation.Add(table, key, delta), key, Long.BYTES, null, false);
    }

    private @Nullable Write add(
            List<Write> to,
            Mutation mutation,
            Bytes key,
            int valueBytes,
            @Nullable WriteCallback written,
            boolean atOnce) {
        assert loop.inLoop();
        long bytes = WRITE_BYTES + (long) key.length() + valueBytes;
        if (written == null || mutation instanceof Mutation.Delete || mutation instanceof Mutation.DeleteRange) {
            credit.overdraw(bytes); // it frees space, or cannot be refused
        } else if (isRefused(bytes, written)) {
            return null;
        }
        Write write = new Write(ShardedKey.shardOf(key), mutation, written, bytes);
        to.add(write);
        if (atOnce) {
            urgent = true;
            flushThisIteration();
        } else {
            flushSoon();
        }
        return write;
    }

    private boolean isRefused(long bytes, WriteCallback written) {
        if (!closed && credit.tryCharge(bytes)) {
            return false;
        }
        StorageException refused = closed
                ? new StorageException(StorageException.Kind.CLOSED, "the broker is closing")
                : new StorageException(StorageException.Kind.BUSY, "no memory for pending writes");
        loop.execute(() -> written.onWritten(refused));
        return true;
    }

    /** Runs the action when all earlier changes are durable or have failed. */
    public void afterWritten(Runnable action) {
        assert loop.inLoop();
        flush();
        boolean isWaiting = !nothingWaits(); // writes that must not overtake a failed change of their shard
        underWay.afterAll(isWaiting ? () -> afterWritten(action) : action);
    }

    /**
     * Runs the action when all earlier changes of a shard are durable, after any number of retries. Never runs if the
     * broker closes earlier. Does not wait for refused changes with a callback, which are not retried.
     */
    void afterTaken(int shard, Runnable action) {
        assert loop.inLoop();
        afterWritten(() -> {
            if (closed) {
                return;
            }
            if (underWay.hasTaken(shard)) {
                action.run();
            } else {
                loop.afterPause(TAKEN_RETRY_NANOS, () -> afterTaken(shard, action));
            }
        });
    }

    private boolean nothingWaits() {
        return bodies.isEmpty() && early.isEmpty() && late.isEmpty();
    }

    private void flushThisIteration() {
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
    }

    private void flushSoon() {
        if (!lingering && !deferred) {
            lingering = true;
            loop.afterPause(LINGER_NANOS, this::lingered);
        }
    }

    /**
     * Delays recent changes that may become unnecessary for another pause, in which most are withdrawn. Does not delay
     * them if an urgent change follows, which may delete their entries.
     */
    private void lingered() {
        assert loop.inLoop();
        lingering = false;
        forgetWithdrawn();
        List<Write> young = urgent ? List.of() : takeYoung();
        flushUnlessBusy();
        late.addAll(young);
        ripeLate = late.size();
        if (ripeLate > 0) {
            flushSoon();
        }
    }

    private void forgetWithdrawn() {
        late.subList(ripeLate, late.size()).removeIf(write -> {
            if (write.isWithdrawn()) {
                credit.release(write.chargedBytes());
            }
            return write.isWithdrawn();
        });
    }

    private List<Write> takeYoung() {
        List<Write> young = new ArrayList<>();
        List<Write> others = new ArrayList<>();
        for (Write write : late.subList(ripeLate, late.size())) {
            (write.mayBeNeedless() ? young : others).add(write);
        }
        late.subList(ripeLate, late.size()).clear();
        late.addAll(others);
        return young;
    }

    @Override
    public void runDeferred() {
        assert loop.inLoop();
        deferred = false;
        flushUnlessBusy();
    }

    private void flushUnlessBusy() {
        if (underWay.bytes() < MAX_BYTES_UNDER_WAY) {
            flush();
        } else {
            flushEarlyWrites();
        }
    }

    /** Submits the writes that the store must have before another loop learns of their message. */
    public void flushEarlyWrites() {
        assert loop.inLoop();
        if (!bodies.isEmpty() || !early.isEmpty()) {
            PendingWrites.Flush flush = underWay.new Flush();
            flush.take(bodies);
            flush.take(early);
            flush.submit();
        }
    }

    /** Submits all waiting writes, except for those that must wait for a failed change of their shard. */
    public void flush() {
        assert loop.inLoop();
        if (nothingWaits()) {
            return;
        }
        PendingWrites.Flush flush = underWay.new Flush();
        flush.take(bodies);
        flush.take(early);
        flush.take(late);
        ripeLate = 0;
        urgent = !nothingWaits();
        flush.submit();
    }

    private void someHaveEnded() {
        if (urgent) {
            flushThisIteration();
        }
    }

    /** Requests a sweep: bodies without a record, or counts that are too high, may remain. Any thread. */
    void leaveBodies() {
        underWay.leaveBodies();
    }

    /** Returns whether {@link #leaveBodies} was called since the last call. Any thread. */
    boolean takeLeftBodies() {
        return underWay.takeLeftBodies();
    }

    /** True if no failed change waits for a retry. */
    boolean hasTakenAll() {
        assert loop.inLoop();
        return underWay.hasTakenAll();
    }

    // ---- close

    /** Submits all waiting writes. Afterwards refuses writes with a callback. */
    public void close() {
        assert loop.inLoop();
        late.addAll(eventual.takeAll());
        flush();
        underWay.close(List.of(bodies, early, late));
        closed = true;
    }
}
