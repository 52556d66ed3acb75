package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.ArrayList;
import java.util.List;

/**
 * Atomic changes of one shard, in any of its tables, with their preconditions.
 *
 * <p>All preconditions look at the state before the batch. Then the mutations take effect in the order in which they
 * were added, each seeing those before it: a {@code deleteRange} removes what an earlier {@code put} of the same batch
 * wrote, and a {@code put} after it stays. A batch without mutations changes nothing, but is ordered, has a version and
 * becomes durable like any other: a barrier, or a check alone.
 *
 * <p>Immutable. Keys and values are not copied ({@link Bytes}).
 *
 * @since 0.1.0
 */
@Stable
public final class Batch {

    private final int shard;
    private final List<Precondition> preconditions;
    private final List<Mutation> mutations;
    private final long sizeBytes;
    private final boolean mayUseReserve;

    private Batch(Builder builder) {
        shard = builder.shard;
        preconditions = List.copyOf(builder.preconditions);
        mutations = List.copyOf(builder.mutations);
        sizeBytes = builder.sizeBytes;
        mayUseReserve = builder.mayUseReserve || !builder.hasPuts;
    }

    /**
     * A new batch for one shard.
     *
     * @throws IllegalArgumentException when the shard is not 0..255
     */
    public static Builder builder(int shard) {
        return new Builder(Shard.check(shard));
    }

    /** The shard of all its keys, 0..255. */
    public int shard() {
        return shard;
    }

    /** In the order of addition; the first that does not hold is the one that a conflict names. */
    public List<Precondition> preconditions() {
        return preconditions;
    }

    /** In the order of effect. */
    public List<Mutation> mutations() {
        return mutations;
    }

    /** The bytes of all keys and values, preconditions included, and 8 for each delta and version. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * Returns whether a store that is short of space, and refuses other batches with {@link StorageException.Kind#FULL}, should take this
     * one: it has no {@link Mutation.Put}, or was built with {@link Builder#mayUseReserve()}.
     */
    public boolean mayUseReserve() {
        return mayUseReserve;
    }

    /**
     * Returns this batch in a form for stores that keep its bytes on the heap: each key and value of the mutations has
     * an array of its own, so that they do not keep a larger read buffer alive ({@link Bytes#compact()}).
     *
     * @return this batch if it needs no copy
     */
    public Batch compact() {
        return CompactBatch.of(this);
    }

    @Override
    public String toString() {
        return "Batch[shard=" + shard + ", preconditions=" + preconditions + ", mutations=" + mutations + "]";
    }

    /**
     * Collects a batch. Every method throws {@link IllegalArgumentException} when a key is empty, does not begin with the
     * batch's shard or exceeds {@link KeyValueStore#MAX_KEY_BYTES}. Not thread-safe.
     */
    @Stable
    public static final class Builder {

        private final int shard;
        private final KeyRange keysOfShard;
        private final List<Precondition> preconditions = new ArrayList<>(2);
        private final List<Mutation> mutations = new ArrayList<>();
        private long sizeBytes;
        private boolean hasPuts;
        private boolean mayUseReserve;

        private Builder(int shard) {
            this.shard = shard;
            keysOfShard = KeyRange.shard(shard);
        }

        /** Applies the batch only if the key holds nothing. */
        public Builder requireAbsent(Table table, Bytes key) {
            preconditions.add(new Precondition.Absent(table, checkKey(key)));
            sizeBytes += key.length();
            return this;
        }

        /** Applies the batch only if the key holds {@code value}. */
        public Builder requireEqual(Table table, Bytes key, Bytes value) {
            preconditions.add(new Precondition.EqualTo(table, checkKey(key), value));
            sizeBytes += (long) key.length() + value.length();
            return this;
        }

        /** Applies the batch only if the key holds something that a version below {@code limit} wrote. */
        public Builder requireVersionBelow(Table table, Bytes key, long limit) {
            preconditions.add(new Precondition.VersionBelow(table, checkKey(key), limit));
            sizeBytes += key.length() + (long) Long.BYTES;
            return this;
        }

        /** Writes an entry, whether or not there was one. */
        public Builder put(Table table, Bytes key, Bytes value) {
            mutations.add(new Mutation.Put(table, checkKey(key), value));
            hasPuts = true;
            sizeBytes += (long) key.length() + value.length();
            return this;
        }

        /** Removes an entry if there is one. */
        public Builder delete(Table table, Bytes key) {
            mutations.add(new Mutation.Delete(table, checkKey(key)));
            sizeBytes += key.length();
            return this;
        }

        /**
         * Removes all entries of {@code range}, which must lie in the batch's shard ({@link KeyRange#prefix} of a key
         * does). An empty range removes nothing.
         */
        public Builder deleteRange(Table table, KeyRange range) {
            if (!keysOfShard.contains(range)) {
                throw new IllegalArgumentException("range must lie in the shard: shard=" + shard + ", range=" + range);
            }
            Bytes to = range.to();
            checkLength(range.from());
            if (to != null) {
                checkLength(to);
                sizeBytes += to.length();
            }
            mutations.add(new Mutation.DeleteRange(table, range));
            sizeBytes += range.from().length();
            return this;
        }

        /** Adds {@code delta} to a counter: {@link Mutation.Add}. */
        public Builder add(Table table, Bytes key, long delta) {
            mutations.add(new Mutation.Add(table, checkKey(key), delta));
            sizeBytes += key.length() + (long) Long.BYTES;
            return this;
        }

        /**
         * Allows the batch to use the reserve, see {@link Batch#mayUseReserve()}: it frees space, or a later batch that frees space needs
         * it. Its entries are small and replace others.
         */
        public Builder mayUseReserve() {
            mayUseReserve = true;
            return this;
        }

        /** As {@link Batch#sizeBytes()}, so far. */
        public long sizeBytes() {
            return sizeBytes;
        }

        /** The batch; this builder may go on to a longer one. */
        public Batch build() {
            return new Batch(this);
        }

        private Bytes checkKey(Bytes key) {
            if (ShardedKey.shardOf(key) != shard) {
                throw new IllegalArgumentException("key must begin with the shard: shard=" + shard + ", key=" + key);
            }
            return checkLength(key);
        }

        private static Bytes checkLength(Bytes key) {
            if (key.length() > KeyValueStore.MAX_KEY_BYTES) {
                throw new IllegalArgumentException(
                        "key must have at most " + KeyValueStore.MAX_KEY_BYTES + " bytes: bytes=" + key.length());
            }
            return key;
        }
    }
}
