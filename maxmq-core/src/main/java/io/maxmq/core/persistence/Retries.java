package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Changes that the store has not taken and is to be given again, in their order. Runs on the loop. Not thread-safe. */
final class Retries {
    private List<Write> writes = new ArrayList<>();
    private final int[] ofShard = new int[Shard.COUNT];

    void add(Write write) {
        writes.add(write);
        ofShard[write.shard()]++;
    }

    boolean isEmpty() {
        return writes.isEmpty();
    }

    boolean has(int shard) {
        return ofShard[shard] > 0;
    }

    /** Whether one of them may change what this one changes. */
    boolean overlaps(Write write) {
        return writes.stream().anyMatch(each -> each.shard() == write.shard() && each.overlaps(write));
    }

    /** Takes those of a shard out. */
    List<Write> take(int shard) {
        return has(shard) ? takeAllBut(other -> other != shard) : List.of();
    }

    /** Takes those out whose shard is none of these. */
    List<Write> takeAllBut(IntPredicate shards) {
        List<Write> taken = new ArrayList<>();
        List<Write> left = new ArrayList<>();
        for (Write write : writes) {
            if (shards.test(write.shard())) {
                left.add(write);
            } else {
                taken.add(write);
                ofShard[write.shard()]--;
            }
        }
        writes = left;
        return taken;
    }
}
