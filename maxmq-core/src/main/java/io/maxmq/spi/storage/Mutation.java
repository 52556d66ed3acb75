package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

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
    record Add(Table table, Bytes key, long delta) implements Mutation {}
}
