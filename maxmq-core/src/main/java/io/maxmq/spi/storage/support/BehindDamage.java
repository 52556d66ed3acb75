package io.maxmq.spi.storage.support;

import io.maxmq.spi.Preview;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first readable key after a damaged stretch: by steps that double, then by bisection between the last two, in some
 * fifty reads of one entry. Entries between two damaged stretches are found if they span as many keys as the first stretch.
 * Never blocks. Immutable.
 *
 * @since 0.1.0
 */
@Preview
public final class BehindDamage {
    /** A stretch of keys is narrowed down until it differs in so many bytes behind the longer of its ends. */
    private static final int MORE_BYTES = 2;

    /** Steps are made in so many bytes at the most, from where a key differs from the end of the range. */
    private static final int STEP_BYTES = 64;

    private static final Bytes ABOVE_ALL = Bytes.wrap(new byte[] {(byte) 0xFF, (byte) 0xFF});

    private final KeyValueStore store;
    private final Table table;
    private final int partition;
    /** Where the range ends, exclusive; null when it has no end. */
    private final @Nullable Bytes end;

    /** @param end the end of the range, exclusive; null for the end of the partition */
    public BehindDamage(KeyValueStore store, Table table, int partition, @Nullable Bytes end) {
        this.store = store;
        this.table = table;
        this.partition = partition;
        this.end = end;
    }

    /**
     * Finds approximately the lowest readable key above {@code unreadable}; empty if nothing above it can be read. Fails as a
     * read does if the reason is not damage.
     */
    public CompletionStage<Optional<Bytes>> from(Bytes unreadable) {
        int kept = end == null ? 0 : Math.min(commonPrefix(unreadable, end), unreadable.length());
        int stepBytes = Math.min(unreadable.length() + MORE_BYTES - kept, STEP_BYTES);
        BigInteger number = number(unreadable.slice(kept, unreadable.length()), stepBytes);
        return new Steps(unreadable.slice(0, kept), number, stepBytes).next(unreadable, 0);
    }

    /** Steps upwards from a key. */
    private final class Steps {
        private final Bytes kept;
        private final BigInteger number;
        private final int bytes;

        /** @param number of the bytes behind those that are kept */
        Steps(Bytes kept, BigInteger number, int bytes) {
            this.kept = kept;
            this.number = number;
            this.bytes = bytes;
        }

        /** @param last the last one that is not readable */
        CompletionStage<Optional<Bytes>> next(Bytes last, int doubled) {
            BigInteger stepped = number.add(BigInteger.ONE.shiftLeft(doubled));
            Bytes key = stepped.bitLength() > bytes * Byte.SIZE ? null : kept.concat(key(stepped, bytes));
            if (key == null || (end != null && key.compareTo(end) >= 0)) {
                return beforeShard(last, last.isEmpty() ? 0 : ShardedKey.shardOf(last) + 1);
            }
            return isReadable(key).thenCompose(readable -> readable ? narrow(last, key, true) : next(key, doubled + 1));
        }
    }

    /** Looks for a shard that can be read, from this one on, then narrows the stretch down in front of it. */
    private CompletionStage<Optional<Bytes>> beforeShard(Bytes unreadable, int shard) {
        Bytes start = Bytes.wrap(new byte[] {(byte) shard});
        if (shard == Shard.COUNT || (end != null && start.compareTo(end) >= 0)) {
            return narrow(unreadable, end == null ? ABOVE_ALL : end, false);
        }
        return isReadable(start)
                .thenCompose(
                        readable -> readable ? narrow(unreadable, start, true) : beforeShard(unreadable, shard + 1));
    }

    /** @param found whether something can be read from {@code high} on */
    private CompletionStage<Optional<Bytes>> narrow(Bytes low, Bytes high, boolean found) {
        Bytes middle = middle(low, high);
        if (middle == null) {
            return CompletableFuture.completedFuture(found ? Optional.of(high) : Optional.empty());
        }
        return isReadable(middle)
                .thenCompose(readable -> readable ? narrow(low, middle, true) : narrow(middle, high, found));
    }

    private CompletionStage<Boolean> isReadable(Bytes from) {
        return first(store, table, partition, new KeyRange(from, end)).handle((page, failure) -> {
            if (failure == null) {
                return true;
            }
            if (isDamage(failure)) {
                return false;
            }
            throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
        });
    }

    /** Reads a page of at most one entry. */
    static CompletionStage<EntryPage> first(KeyValueStore store, Table table, int partition, KeyRange range) {
        Cursor cursor = store.scan(Scan.of(table, partition).within(range).pages(1, 1));
        return cursor.next().whenComplete((page, failure) -> cursor.close());
    }

    /** Tells whether a read failed because of damage. */
    public static boolean isDamage(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof StorageException storage && storage.kind() == StorageException.Kind.DAMAGED;
    }

    /** A key between two others; null when they are as close as matters. */
    static @Nullable Bytes middle(Bytes low, Bytes high) {
        int length = Math.max(low.length(), high.length()) + MORE_BYTES;
        if (length > 64) {
            length = Math.min(length, commonPrefix(low, high) + 16);
        }
        BigInteger from = number(low, length);
        BigInteger to = number(high, length);
        BigInteger between = from.add(to).shiftRight(1);
        if (between.compareTo(from) <= 0 || to.subtract(from).bitLength() <= 8) {
            return null;
        }
        return key(between, length);
    }

    private static int commonPrefix(Bytes one, Bytes other) {
        int same = Arrays.mismatch(one.array(), other.array());
        return same < 0 ? one.length() : same;
    }

    private static Bytes key(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        byte[] key = new byte[length];
        int take = Math.min(length, bytes.length);
        System.arraycopy(bytes, bytes.length - take, key, length - take, take);
        return Bytes.wrap(key);
    }

    private static BigInteger number(Bytes key, int length) {
        return new BigInteger(1, Arrays.copyOf(key.array(), length));
    }
}
