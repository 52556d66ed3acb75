package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import io.maxmq.spi.storage.StorageException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * One change within a {@link Batch}. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Mutation {

    /** The table that it changes. */
    Table table();

    /** Writes an entry, whether or not there was one. */
    @Stable
    record Put(Table table, Bytes key, Bytes value) implements Mutation {
        /** Without the value, which may be a payload. */
        @Override
        public String toString() {
            return "Put[table=" + table + ", key=" + key + ", valueBytes=" + value.length() + "]";
        }
    }

    /** Removes an entry if there is one. */
    @Stable
    record Delete(Table table, Bytes key) implements Mutation {}

    /** Removes all entries of a range, which lies in one shard. */
    @Stable
    record DeleteRange(Table table, KeyRange range) implements Mutation {}

    /**
     * Adds to a counter: 8 bytes, big-endian, signed. A missing entry counts 0; one that becomes 0 is removed.
     *
     * @param delta may be negative or 0
     */
    @Stable
    record Add(Table table, Bytes key, long delta) implements Mutation {
        /**
         * Returns the new value of the counter.
         *
         * @param before the present entry of the key, or null
         * @throws StorageException {@code NOT_A_COUNTER} when its value does not have 8 bytes, or the sum is out of
         *     range
         */
        public long sum(@Nullable Entry before) {
            if (before == null) {
                return delta;
            }
            if (before.value().length() != Long.BYTES) {
                throw notACounter(
                        "counter must be 8 bytes: key=" + key + ", bytes="
                                + before.value().length(),
                        null);
            }
            long value = before.value().longAt(0);
            try {
                return Math.addExact(value, delta);
            } catch (ArithmeticException e) {
                throw notACounter(
                        "counter leaves the range of a long: key=" + key + ", value=" + value + ", delta=" + delta, e);
            }
        }

        private StorageException notACounter(String detail, @Nullable Throwable cause) {
            return new StorageException(Kind.NOT_A_COUNTER, detail, new StorageException.Place(null, -1, table), cause);
        }
    }
}
