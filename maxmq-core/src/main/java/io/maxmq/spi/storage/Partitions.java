package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The mapping of shards to a store's partitions, 0..{@code count - 1}. A partition is the unit of order, of versions
 * and of replication; batches of different partitions are independent. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public final class Partitions {

    /** The most partitions of a store. */
    public static final int MAX_COUNT = 64;

    /** Points of a partition on the ring: with 512, 8 partitions get 21..44 shards each, 64 get 1..11. */
    private static final int POINTS_PER_PARTITION = 512;

    private final int count;
    private final int[] partitionOfShard;

    private Partitions(int count, int[] partitionOfShard) {
        this.count = count;
        this.partitionOfShard = partitionOfShard;
    }

    /**
     * Shards on a hash ring, the same in every process and release. A ring of {@code count + 1} differs from one of
     * {@code count} only in shards that moved to the new partition.
     *
     * @param count 1..64
     * @throws IllegalArgumentException when it is not
     */
    public static Partitions ring(int count) {
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException("partitions must be 1..64: count=" + count);
        }
        if (count == 1) {
            return new Partitions(1, new int[Shard.COUNT]);
        }
        NavigableMap<Long, Integer> points = new TreeMap<>(Long::compareUnsigned);
        for (int partition = 0; partition < count; partition++) {
            for (int point = 0; point < POINTS_PER_PARTITION; point++) {
                points.put(Shard.mix((partition + 1L) << 32 | point), partition);
            }
        }
        int[] partitionOfShard = new int[Shard.COUNT];
        for (int shard = 0; shard < Shard.COUNT; shard++) {
            Map.Entry<Long, Integer> next = points.ceilingEntry(Shard.mix(0x5348415244L | (long) shard << 56));
            partitionOfShard[shard] = next == null ? points.firstEntry().getValue() : next.getValue();
        }
        return new Partitions(count, partitionOfShard);
    }

    /**
     * A mapping of the store's own, by element: shard 0..255 to its partition. Copied.
     *
     * @param count 1..64
     * @throws IllegalArgumentException when it does not map 256 shards to partitions 0..{@code count - 1}
     */
    public static Partitions of(int count, int[] partitionOfShard) {
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException("partitions must be 1..64: count=" + count);
        }
        if (partitionOfShard.length != Shard.COUNT) {
            throw new IllegalArgumentException("mapping must have 256 shards: shards=" + partitionOfShard.length);
        }
        for (int partition : partitionOfShard) {
            if (partition < 0 || partition >= count) {
                throw new IllegalArgumentException(
                        "partition must be 0..count-1: partition=" + partition + ", count=" + count);
            }
        }
        return new Partitions(count, partitionOfShard.clone());
    }

    /** Returns the number of partitions, 1..64. Each of a {@link #ring} holds at least one shard. */
    public int count() {
        return count;
    }

    /**
     * The partition that holds {@code shard}.
     *
     * @throws IllegalArgumentException when the shard is not 0..255
     */
    public int ofShard(int shard) {
        return partitionOfShard[Shard.check(shard)];
    }

    /**
     * The partition that holds {@code key}, by its first byte.
     *
     * @throws IllegalArgumentException when the key is empty
     */
    public int ofKey(Bytes key) {
        return partitionOfShard[ShardedKey.shardOf(key)];
    }

    /** The shards that {@code partition} holds, a bit each, the caller's to keep. */
    public BitSet shards(int partition) {
        check(partition);
        BitSet shards = new BitSet(Shard.COUNT);
        IntStream.range(0, Shard.COUNT)
                .filter(shard -> partitionOfShard[shard] == partition)
                .forEach(shards::set);
        return shards;
    }

    /**
     * {@code partition} itself.
     *
     * @throws IllegalArgumentException when it is not 0..{@code count - 1}
     */
    public int check(int partition) {
        if (partition < 0 || partition >= count) {
            throw new IllegalArgumentException(
                    "partition must be 0..count-1: partition=" + partition + ", count=" + count);
        }
        return partition;
    }
}
