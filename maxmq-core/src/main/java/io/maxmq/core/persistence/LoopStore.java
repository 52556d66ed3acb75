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
 * One event loop's way into the store: gathers what its sessions want written, hands it to the store as one batch per shard
 * once per iteration of the loop, and tells who waits in one task when all of it is durable. The store groups the batches
 * of all loops.
 *
 * <p>Order: changes of one key happen in the order of the calls, given that a key is always written early or always late;
 * changes that are asked for {@linkplain #putEarly early} happen before all others of the same iteration, on this loop and
 * on those that it hands messages over to.
 *
 * <p>A change that nobody waits for is tried again, once a second, until the store takes it or a later one of the same key: the
 * last call of a key has the last word. The removal of a range, which is the end of what later changes begin anew, is tried
 * again before all later changes of its shard. What of this is given up when there is too much of it: see {@link Retries}.
 *
 * <p>What waits and what is on its way is charged to the loop's memory credit. Runs on the loop. Not thread-safe.
 */
public final class LoopStore implements Deferred {
    /** What a change takes beside its key and value: objects of its own, its batch's, the store's. */
    private static final int WRITE_BYTES = 320;

    /** While so much is on its way to the store, what can wait is gathered. */
    private static final long MAX_BYTES_UNDER_WAY = 8 << 20;

    /** How long changes wait that may turn out to be needless, at least; at most twice as long. */
    private static final long LINGER_NANOS = 5_000_000L;

    /** Between two looks at whether the store has taken what it had refused. */
    private static final long TAKEN_RETRY_NANOS = 250_000_000L;

    private final KeyValueStore store;
    private final Loop loop;
    private final MemoryCredit credit;
    private final LoopReads reads;
    private final PendingWrites underWay;

    /** What early ones are about: in batches of their own, as a batch of early ones may have begun with an older one. */
    private final List<Write> bodies = new ArrayList<>();

    private final List<Write> early = new ArrayList<>();
    private final List<Write> late = new ArrayList<>();
    private final EventualRemovals eventual;

    private boolean deferred;
    private boolean lingering;
    /** Of the late ones, how many have waited through a whole pause. */
    private int ripeLate;
    /** Something waits that is to be handed over as soon as may be. */
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

    /** For what has an order of its own. */
    KeyValueStore store() {
        return store;
    }

    /** What has been asked for before need not show, unless {@link #afterWritten} has told that it is written. */
    public LoopReads reads() {
        return reads;
    }

    // ---- writing

    /**
     * Writes an entry before everything else of this iteration: what other entries are about, or what tells a resend.
     *
     * @return null when there is no memory for it; {@code written} is told that
     */
    public @Nullable Write putEarly(Table table, Bytes key, Bytes value, @Nullable WriteCallback written) {
        return add(early, new Mutation.Put(table, key, value), key, value.length(), written, true);
    }

    /** The same for one that takes the place of a larger one and may turn out to be needless within a moment. */
    public @Nullable Write putEarlySoon(Table table, Bytes key, Bytes value) {
        Write write = add(early, new Mutation.Put(table, key, value), key, value.length(), null, false);
        if (write != null) {
            write.useReserve();
        }
        return write;
    }

    /** Removes an entry of a table that is written early. */
    public @Nullable Write deleteEarly(Table table, Bytes key, @Nullable WriteCallback written) {
        return add(early, new Mutation.Delete(table, key), key, 0, written, true);
    }

    /**
     * Writes an entry before everything else of this iteration, early changes too, and adds to a counter under the same key of
     * another table, both or nothing; null as for {@link #putEarly}.
     */
    public @Nullable Write putCountedFirst(
            Table table, Bytes key, Bytes value, Table counters, long delta, WriteCallback written) {
        Write write = add(bodies, new Mutation.Put(table, key, value), key, value.length(), written, true);
        if (write != null) {
            write.count(new Mutation.Add(counters, key, delta));
        }
        return write;
    }

    /** Writes an entry; null when there is no memory for it, which {@code written} is told. */
    public @Nullable Write put(Table table, Bytes key, Bytes value, @Nullable WriteCallback written) {
        return add(late, new Mutation.Put(table, key, value), key, value.length(), written, true);
    }

    /**
     * The same for a small entry that takes the place of another one, or of none for long: a store that is short of space takes it
     * from its reserve.
     */
    public @Nullable Write putFromReserve(Table table, Bytes key, Bytes value, @Nullable WriteCallback written) {
        Write write = put(table, key, value, written);
        if (write != null) {
            write.useReserve();
        }
        return write;
    }

    /** The same for one that may turn out to be needless within a moment. */
    public @Nullable Write putSoon(Table table, Bytes key, Bytes value, WriteCallback written) {
        return putSoon(
                ShardedKey.shardOf(key),
                key.length() + value.length(),
                () -> new Mutation.Put(table, key, value),
                written);
    }

    /**
     * The same for one that has yet to be encoded.
     *
     * @param expectedBytes of key and value, about
     * @param put gives the entry, which is of that shard, when it is on its way
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

    /** Removes an entry. */
    public @Nullable Write delete(Table table, Bytes key, @Nullable WriteCallback written) {
        return add(late, new Mutation.Delete(table, key), key, 0, written, true);
    }

    /** The same when there is no hurry. */
    public void deleteSoon(Table table, Bytes key) {
        add(late, new Mutation.Delete(table, key), key, 0, null, false);
    }

    /** The same when it may well be late, see {@link EventualRemovals}. */
    public void deleteEventually(Table table, Bytes key) {
        assert loop.inLoop();
        long bytes = WRITE_BYTES + (long) key.length();
        credit.overdraw(bytes);
        eventual.add(new Write(ShardedKey.shardOf(key), new Mutation.Delete(table, key), null, bytes));
    }

    /** What those wait for that may be late; without it half a second at most. */
    void fence(Fence before) {
        assert loop.inLoop();
        eventual.fence(before);
    }

    /** Removes all entries of a range, which lies in one shard. */
    public void deleteRange(Table table, KeyRange range, @Nullable WriteCallback written) {
        add(late, new Mutation.DeleteRange(table, range), range.from(), 0, written, true);
    }

    /** The same of a table that is written early. */
    public void deleteRangeEarly(Table table, KeyRange range) {
        add(early, new Mutation.DeleteRange(table, range), range.from(), 0, null, true);
    }

    /** Adds to a counter when there is no hurry. */
    public void addSoon(Table table, Bytes key, long delta) {
        add(late, new Mutation.Add(table, key, delta), key, Long.BYTES, null, false);
    }

    private @Nullable Write add(
            List<Write> to, Mutation mutation, Bytes key, int valueBytes, @Nullable WriteCallback written, boolean atOnce) {
        assert loop.inLoop();
        long bytes = WRITE_BYTES + (long) key.length() + valueBytes;
        if (written == null || mutation instanceof Mutation.Delete || mutation instanceof Mutation.DeleteRange) {
            credit.overdraw(bytes); // it makes room, or cannot be refused
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
                : new StorageException(StorageException.Kind.BUSY, "no memory for what waits to be written");
        loop.execute(() -> written.onWritten(refused));
        return true;
    }

    /** Tells when everything that was asked for before is durable or has failed. */
    public void afterWritten(Runnable action) {
        assert loop.inLoop();
        flush();
        boolean isWaiting = !nothingWaits(); // for a failed change
        underWay.afterAll(isWaiting ? () -> afterWritten(action) : action);
    }

    /**
     * Runs the action when every change of a shard that was asked for before is durable, however often the store refuses it
     * first; never when the broker closes before that. Changes that are awaited and refused do not count.
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
     * Those that may be needless and have come since the last time wait for another pause: most are withdrawn in it. But not when
     * one behind them is to go as soon as may be: it may be a removal of what they write.
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

    /** Hands over what must be with the store before anybody else knows of what it is about. */
    public void flushEarlyWrites() {
        assert loop.inLoop();
        if (!bodies.isEmpty() || !early.isEmpty()) {
            PendingWrites.Flush flush = underWay.new Flush();
            flush.take(bodies);
            flush.take(early);
            flush.submit();
        }
    }

    /** Hands everything over that waits; what must wait for a failed change of its shard is still there afterwards. */
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

    /** Bodies without a record may be left, or counts that are too high: a sweep finds them. Any thread. */
    void leaveBodies() {
        underWay.leaveBodies();
    }

    /** Whether {@link #leaveBodies} was called since the last call of this. Any thread. */
    boolean takeLeftBodies() {
        return underWay.takeLeftBodies();
    }

    /** Whether there is nothing that the store has failed to take and is to be given again. */
    boolean hasTakenAll() {
        assert loop.inLoop();
        return underWay.hasTakenAll();
    }

    // ---- the end

    /** Hands over what waits and takes no more that somebody would wait for. */
    public void close() {
        assert loop.inLoop();
        late.addAll(eventual.takeAll());
        flush();
        underWay.close(List.of(bodies, early, late));
        closed = true;
    }
}
