package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Shard;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which keys of the database belong to a partition: all of them lie in one key space. Immutable. */
final class Ranges {

    private final Partitions partitions;

    Ranges(Partitions partitions) {
        this.partitions = partitions;
    }

    Partitions partitions() {
        return partitions;
    }

    /**
     * The ranges that a scan has to read, in the order of keys.
     *
     * @throws IllegalArgumentException when there is no such partition
     */
    List<KeyRange> of(Scan scan) {
        partitions.check(scan.partition());
        List<KeyRange> ranges = new ArrayList<>();
        if (partitions.count() == 1) {
            add(ranges, scan.range(), 0, Shard.COUNT);
            return ranges;
        }
        BitSet shards = partitions.shards(scan.partition());
        for (int first = shards.nextSetBit(0); first >= 0; ) {
            int end = shards.nextClearBit(first);
            add(ranges, scan.range(), first, Math.min(end, Shard.COUNT));
            first = shards.nextSetBit(end);
        }
        return ranges;
    }

    /** Adds what {@code range} has in the shards {@code first} to {@code end}, exclusive. */
    private static void add(List<KeyRange> ranges, KeyRange range, int first, int end) {
        Bytes from = first == 0 ? Bytes.EMPTY : Bytes.wrap(new byte[] {(byte) first});
        Bytes to = end == Shard.COUNT ? null : Bytes.wrap(new byte[] {(byte) end});
        KeyRange both = new KeyRange(from.compareTo(range.from()) > 0 ? from : range.from(), lower(to, range.to()));
        if (!both.isEmpty()) {
            ranges.add(both);
        }
    }

    private static @Nullable Bytes lower(@Nullable Bytes a, @Nullable Bytes b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.compareTo(b) < 0 ? a : b;
    }
}
