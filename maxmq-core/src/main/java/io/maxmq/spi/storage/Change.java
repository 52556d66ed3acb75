package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * The effect of one {@link Mutation}, reported by a {@link KeyValueStore#watch}. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Change {

    /** The key now holds this value. A counter that was added to comes as its new value. */
    @Stable
    record Put(Bytes key, Bytes value) implements Change {
        /** Without the value, which may be a payload. */
        @Override
        public String toString() {
            return "Put[key=" + key + ", valueBytes=" + value.length() + "]";
        }
    }

    /** The key now holds nothing; it may not have held anything before. */
    @Stable
    record Deleted(Bytes key) implements Change {}

    /** No key of the range holds anything now. */
    @Stable
    record RangeDeleted(KeyRange range) implements Change {}
}
