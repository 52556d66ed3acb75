package io.maxmq.core.persistence;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.spi.storage.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes that the store has not taken and is to be given again, by shard. No two of them are of the same entry, and none is of
 * an entry that a later change is known to have written: so they can be given in any order, in as many batches as it takes.
 *
 * <p>How much it holds, which stays charged: what is left of each entry's last change. Records of a queue that go one after the
 * other are one range. Subtractions from counters are given up beyond {@value #MAX_COUNTERS} counters: those stay too high, as
 * after a crash, and are corrected by the next {@link PayloadSweep}.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class Retries {
    static final int MAX_COUNTERS = 100_000;

    private final MemoryCredit credit;
    private final @Nullable ShardRetries[] ofShard = new ShardRetries[Shard.COUNT];
    private int shards;
    /** Of all shards: how many changes are of counters. */
    private int counters;

    Retries(MemoryCredit credit) {
        this.credit = credit;
    }

    boolean isEmpty() {
        return shards == 0;
    }

    boolean has(int shard) {
        return ofShard[shard] != null;
    }

    /** Whether a removal of a range is among those of a shard. */
    boolean hasRanges(int shard) {
        ShardRetries of = ofShard[shard];
        return of != null && of.hasRanges();
    }

    void forEachShard(IntConsumer action) {
        for (int shard = 0; shard < Shard.COUNT; shard++) {
            if (has(shard)) {
                action.accept(shard);
            }
        }
    }

    /** How many changes there are. */
    int size() {
        int size = 0;
        for (ShardRetries of : ofShard) {
            size += of == null ? 0 : of.size();
        }
        return size;
    }

    /** Adds one that was asked for after all that are there, and is charged. */
    void add(Write write) {
        ShardRetries of = ofShard[write.shard()];
        if (of == null) {
            of = new ShardRetries(write.shard(), credit);
            ofShard[write.shard()] = of;
            shards++;
        }
        counters += of.add(write, counters < MAX_COUNTERS);
        dropIfEmpty(write.shard(), of);
    }

    /** The store has taken one that was asked for after those that are there: drops what would undo it, or is needless now. */
    void settle(Write later) {
        ShardRetries of = ofShard[later.shard()];
        if (of != null) {
            of.settle(later);
            dropIfEmpty(later.shard(), of);
        }
    }

    /** Takes the removals of ranges of a shard out. */
    List<Write> takeRanges(int shard) {
        ShardRetries of = ofShard[shard];
        if (of == null) {
            return List.of();
        }
        List<Write> taken = of.takeRanges();
        dropIfEmpty(shard, of);
        return taken;
    }

    /** Takes all of a shard out: the removals of ranges last. */
    List<Write> take(int shard) {
        ShardRetries of = ofShard[shard];
        if (of == null) {
            return List.of();
        }
        counters -= of.counters();
        List<Write> taken = new ArrayList<>(of.takeEntries());
        taken.addAll(of.takeRanges());
        dropIfEmpty(shard, of);
        return taken;
    }

    private void dropIfEmpty(int shard, ShardRetries of) {
        if (of.size() == 0) {
            ofShard[shard] = null;
            shards--;
        }
    }
}
