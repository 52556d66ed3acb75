package io.maxmq.core.persistence;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.loop.Loop;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.ShardedKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Submitted writes of one loop that the store has not answered yet, and refused writes without a callback, which are
 * retried once per second: see {@link Retries}. Callbacks run in submission order, whatever the order of the
 * partitions' answers.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class PendingWrites {
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final KeyValueStore store;
    private final Loop loop;
    private final MemoryCredit credit;
    private final Runnable someHaveEnded;

    /** In submission order, which is also the order in which they are finished. */
    private final ArrayDeque<Flush> flushes = new ArrayDeque<>();

    private final int[] batches = new int[Shard.COUNT];
    private long bytes;
    private long submitted;
    private long ended;
    private final ArrayList<AfterFlush> readers = new ArrayList<>();

    /** Refused writes without a callback. */
    private final Retries again;
    /** Shards with writes in {@link #again} to be retried as soon as no other write of the shard is pending. */
    private final BitSet due = new BitSet(Shard.COUNT);

    private volatile boolean leavesBodies;

    /**
     * True while the store is short of space: changes that may use its reserve then go into separate batches, so that a
     * refusal of the others does not affect them.
     */
    private boolean separates;

    private boolean pausing;
    private boolean closed;

    /** The last batch of each shard during {@link Flush#take}. */
    private final @Nullable ShardBatch[] open = new ShardBatch[Shard.COUNT];

    private record AfterFlush(long flush, Runnable action) {}

    /** @param someHaveEnded called when there is room for more writes */
    PendingWrites(KeyValueStore store, Loop loop, Runnable someHaveEnded) {
        this.store = store;
        this.loop = loop;
        this.credit = loop.credit();
        this.someHaveEnded = someHaveEnded;
        this.again = new Retries(credit);
    }

    /** Memory of the submitted writes. */
    long bytes() {
        assert loop.inLoop();
        return bytes;
    }

    /** True if no refused write waits for a retry. */
    boolean hasTakenAll() {
        assert loop.inLoop();
        return again.isEmpty();
    }

    /** True if no refused write of the shard waits for a retry. */
    boolean hasTaken(int shard) {
        assert loop.inLoop();
        return !again.has(shard);
    }

    /** Runs {@code action} when all writes submitted so far are durable or have failed; never within the call. */
    void afterAll(Runnable action) {
        assert loop.inLoop();
        if (ended == submitted) {
            loop.execute(action);
        } else {
            readers.add(new AfterFlush(submitted, action));
        }
    }

    /** True if changes of the shard must wait: a retry has to precede them but must not overtake pending writes. */
    private boolean isBlocked(int shard) {
        return batches[shard] > 0 && (due.get(shard) || again.hasRanges(shard));
    }

    /** Changes, in stages, that are submitted together. */
    final class Flush {
        private final List<ShardBatch> ofShards = new ArrayList<>();
        private long itsBytes;
        private boolean completed;
        private final AtomicInteger outstanding = new AtomicInteger();

        /**
         * Sorts the writes into batches after those of earlier stages. Writes that must wait for a failed change of
         * their shard remain in the list.
         */
        void take(List<Write> writes) {
            assert loop.inLoop();
            Arrays.fill(open, null);
            List<Write> blocked = new ArrayList<>(0);
            for (Write write : writes) {
                if (write.isWithdrawn()) {
                    credit.release(write.chargedBytes());
                } else if (isBlocked(write.shard())) {
                    blocked.add(write);
                } else {
                    write.submitted();
                    itsBytes += write.chargedBytes();
                    batchOf(write.shard(), write).add(write);
                }
            }
            writes.clear();
            writes.addAll(blocked);
        }

        private ShardBatch batchOf(int shard, Write write) {
            if (open[shard] == null) {
                retry(due.get(shard) ? again.take(shard) : again.takeRanges(shard));
                due.clear(shard);
            }
            return withRoom(shard, write);
        }

        private ShardBatch withRoom(int shard, Write write) {
            ShardBatch last = open[shard];
            if (last == null || last.isFull(store) || (separates && last.mayUseReserve() != write.mayUseReserve())) {
                last = new ShardBatch(shard);
                ofShards.add(last);
                open[shard] = last;
            }
            return last;
        }

        /** Adds all retries of a shard without pending writes. */
        private void retryAll(int shard) {
            open[shard] = null;
            due.clear(shard);
            retry(again.take(shard));
        }

        /** Adds retries of one shard after its batches so far. */
        private void retry(List<Write> writes) {
            for (Write write : writes) {
                itsBytes += write.chargedBytes();
                withRoom(write.shard(), write).add(write);
            }
        }

        /** Submits the batches. */
        void submit() {
            assert loop.inLoop();
            if (ofShards.isEmpty()) {
                return;
            }
            submitted++;
            flushes.add(this);
            bytes += itsBytes;
            outstanding.set(ofShards.size());
            for (ShardBatch batch : ofShards) {
                batches[batch.shard()]++;
            }
            for (ShardBatch batch : ofShards) {
                batch.commit(store, this::batchCompleted);
            }
        }

        /** Runs on the thread that completes a batch. */
        private void batchCompleted() {
            if (outstanding.decrementAndGet() == 0) {
                loop.execute(() -> {
                    completed = true;
                    finishCompleted();
                });
            }
        }

        private void forEachWrite(Consumer<Write> action) {
            ofShards.forEach(batch -> batch.forEachWrite(action));
        }

        private void finish() {
            bytes -= itsBytes;
            ended++;
            for (ShardBatch batch : ofShards) {
                batches[batch.shard()]--;
                if (batch.isRefusedForSpace() || !batch.mayUseReserve()) {
                    separates = batch.isRefusedForSpace();
                }
                batch.finish(PendingWrites.this::tell);
                batch.gone().forEach(PendingWrites.this::removeCounted);
            }
        }
    }

    private void finishCompleted() {
        assert loop.inLoop();
        for (Flush first = flushes.peek(); first != null && first.completed; first = flushes.peek()) {
            flushes.remove();
            first.finish();
        }
        while (!readers.isEmpty() && readers.get(0).flush() <= ended) {
            loop.execute(readers.remove(0).action());
        }
        if (!due.isEmpty()) {
            retryDue();
        }
        someHaveEnded.run();
    }

    private void tell(Write write, @Nullable Throwable failure) {
        if (failure != null && !write.isAwaited() && !closed && write.isRepeatable(failure)) {
            again.add(write);
            tryAgainLater();
            return;
        }
        if (failure == null && again.has(write.shard())) {
            again.settle(write);
        }
        credit.release(write.chargedBytes());
        try {
            write.tell(failure);
        } catch (Throwable t) {
            loop.reportFailure(t);
        }
    }

    /** Deletes the body whose counter has reached 0, unless counting has started again. */
    private void removeCounted(Bytes counter) {
        Batch remove = Batch.builder(ShardedKey.shardOf(counter))
                .requireAbsent(Tables.PAYLOAD_COUNT, counter)
                .delete(Tables.PAYLOAD, counter)
                .build();
        var unused = store.commit(remove).whenComplete((result, failure) -> {
            if (failure != null) {
                leaveBodies();
            }
        });
    }

    /** Requests a sweep. Any thread. */
    void leaveBodies() {
        leavesBodies = true;
    }

    /** Returns whether {@link #leaveBodies} was called since the last call. Any thread. */
    boolean takeLeftBodies() {
        boolean leaves = leavesBodies;
        leavesBodies = false;
        return leaves;
    }

    private void tryAgainLater() {
        if (!pausing) {
            pausing = true;
            loop.afterPause(RETRY_NANOS, this::tryAgain);
        }
    }

    private void tryAgain() {
        assert loop.inLoop();
        pausing = false;
        if (!again.isEmpty() && !closed) {
            again.forEachShard(due::set);
            retryDue();
            if (!again.isEmpty()) {
                tryAgainLater();
            }
        }
    }

    /** Skips shards with pending writes: these may be later changes of the same keys. */
    private void retryDue() {
        Flush flush = new Flush();
        for (int shard = due.nextSetBit(0); shard >= 0; shard = due.nextSetBit(shard + 1)) {
            if (batches[shard] == 0) {
                flush.retryAll(shard);
            }
        }
        flush.submit();
    }

    /**
     * Submits all retries and the given writes when the broker closes. Results of pending writes are not awaited: they
     * count as written and are not overtaken. Afterwards nothing is retried.
     *
     * @param stages of changes, in order
     */
    void close(List<List<Write>> stages) {
        assert loop.inLoop();
        flushes.forEach(each -> each.forEachWrite(again::settle));
        due.clear();
        Flush last = new Flush();
        again.forEachShard(last::retryAll);
        stages.forEach(last::take);
        last.submit();
        closed = true;
    }
}
