package io.maxmq.spi.storage;

/** What a {@link KeyValueStore#watch} tells of one {@link Mutation}. Immutable. */
public sealed interface Change {

    /** The key now holds this value. A counter that was added to comes as its new value. */
    record Put(Bytes key, Bytes value) implements Change {
        /** Without the value, which may be a payload. */
        @Override
        public String toString() {
            return "Put[key=" + key + ", valueBytes=" + value.length() + "]";
        }
    }

    /** The key now holds nothing; it may not have held anything before. */
    record Deleted(Bytes key) implements Change {}

    /** No key of the range holds anything now. */
    record RangeDeleted(KeyRange range) implements Change {}
}
