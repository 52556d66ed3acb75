package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import org.jspecify.annotations.Nullable;

/**
 * A condition that must hold just before a {@link Batch} for the batch to be applied. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Precondition {

    Table table();

    Bytes key();

    /**
     * Returns whether it holds.
     *
     * @param entry what the key holds, or null when it holds nothing
     */
    boolean holds(@Nullable Entry entry);

    /** There is no entry. */
    @Stable
    record Absent(Table table, Bytes key) implements Precondition {
        @Override
        public boolean holds(@Nullable Entry entry) {
            return entry == null;
        }
    }

    /** There is an entry, and it has this value. */
    @Stable
    record EqualTo(Table table, Bytes key, Bytes value) implements Precondition {
        @Override
        public boolean holds(@Nullable Entry entry) {
            return entry != null && entry.value().equals(value);
        }

        /** Without the value, which may be a payload. */
        @Override
        public String toString() {
            return "EqualTo[table=" + table + ", key=" + key + ", valueBytes=" + value.length() + "]";
        }
    }

    /**
     * An entry exists, and its last write has a version below {@code limit}.
     *
     * <p>A fence: a claimant of a session writes the owner record with a batch that commits at version {@code v}, and
     * puts {@code VersionBelow(owner, v + 1)} into every later batch. As soon as another claimant has written or
     * removed that record, the batches of the old owner conflict, including those already submitted.
     *
     * @param limit exclusive
     */
    @Stable
    record VersionBelow(Table table, Bytes key, long limit) implements Precondition {
        @Override
        public boolean holds(@Nullable Entry entry) {
            return entry != null && entry.version() < limit;
        }
    }
}
