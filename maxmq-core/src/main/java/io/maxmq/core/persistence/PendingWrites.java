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
 * What one loop has handed to the store and not heard of; and what the store has not taken and nobody waits for, which is given
 * again once a second: see {@link Retries}. Whatever order partitions answer in, who waits is told in that of the handing over.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class PendingWrites {
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final KeyValueStore store;
    private final Loop loop;
    private final MemoryCredit credit;
    private final Runnable someHaveEnded;

    /** In the order of their submission, which is the one in which they end. */
    private final ArrayDeque<Flush> flushes = new ArrayDeque<>();

    private final int[] batches = new int[Shard.COUNT];
    private long bytes;
    private long submitted;
    private long ended;
    private final ArrayList<AfterFlush> readers = new ArrayList<>();

    /** What the store has not taken, and nobody waits for. */
    private final Retries again;
    /** Shards whose part of this is to be given as soon as nothing else of them is under way. */
    private final BitSet due = new BitSet(Shard.COUNT);

    private volatile boolean leavesBodies;

    /**
     * Whether the store is short of space: then changes that it takes all the same are not in one batch with those that it
     * refuses.
     */
    private boolean separates;

    private boolean pausing;
    private boolean closed;

    /** The last batch of each shard in the stage that is being sorted. */
    private final @Nullable ShardBatch[] open = new ShardBatch[Shard.COUNT];

    private record AfterFlush(long flush, Runnable action) {}

    /** @param someHaveEnded run when there is room for others */
    PendingWrites(KeyValueStore store, Loop loop, Runnable someHaveEnded) {
        this.store = store;
        this.loop = loop;
        this.credit = loop.credit();
        this.someHaveEnded = someHaveEnded;
        this.again = new Retries(credit);
    }

    /** What is under way takes so much memory. */
    long bytes() {
        assert loop.inLoop();
        return bytes;
    }

    /** Whether there is nothing that the store has failed to take and is to be given again. */
    boolean hasTakenAll() {
        assert loop.inLoop();
        return again.isEmpty();
    }

    /** The same of one shard. */
    boolean hasTaken(int shard) {
        assert loop.inLoop();
        return !again.has(shard);
    }

    /** Runs {@code action} when everything that has been submitted so far is durable or has failed; not within the call. */
    void afterAll(Runnable action) {
        assert loop.inLoop();
        if (ended == submitted) {
            loop.execute(action);
        } else {
            readers.add(new AfterFlush(submitted, action));
        }
    }

    /** Whether changes of a shard have to wait: what must come before them may not overtake what is under way. */
    private boolean isBlocked(int shard) {
        return batches[shard] > 0 && (due.get(shard) || again.hasRanges(shard));
    }

    /** Some changes, in stages, that are handed over together. */
    final class Flush {
        private final List<ShardBatch> ofShards = new ArrayList<>();
        private long itsBytes;
        private boolean completed;
        private final AtomicInteger outstanding = new AtomicInteger();

        /**
         * Sorts them into batches behind those of the stages before; leaves those in the list that must wait for a failed change of
         * their shard.
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

        /** Nothing else of the shard is under way. */
        private void retryAll(int shard) {
            open[shard] = null;
            due.clear(shard);
            retry(again.take(shard));
        }

        /** Some of one shard, behind what is there. */
        private void retry(List<Write> writes) {
            for (Write write : writes) {
                itsBytes += write.chargedBytes();
                withRoom(write.shard(), write).add(write);
            }
        }

        /** Hands them over. */
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

        /** On whichever thread completes a batch. */
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

    /** A counter is gone, and with it what it has counted, unless somebody has begun to count again. */
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

    /** A sweep has something to find. Any thread. */
    void leaveBodies() {
        leavesBodies = true;
    }

    /** Whether {@link #leaveBodies} was called since the last call of this. Any thread. */
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

    /** What is under way may be of the same keys, and later: it must not be overtaken. */
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
     * Hands over what is to be given again, and this, as the broker closes: there is no time to see what becomes of what is under way,
     * which is taken as written and not overtaken. From now on nothing is given again.
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
