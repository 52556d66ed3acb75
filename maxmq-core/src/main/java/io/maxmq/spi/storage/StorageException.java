package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import org.jspecify.annotations.Nullable;

/**
 * A failure of a store's environment, as opposed to bad use ({@link IllegalArgumentException}, {@link
 * IllegalStateException}) and to a {@link CommitResult.Conflict}. {@link #kind()} tells the remedy, the message the
 * place. Stages fail with this type itself, not wrapped; what a caller chains to them sees it within a {@link
 * java.util.concurrent.CompletionException} as usual.
 *
 * @since 0.1.0
 */
@Stable
public class StorageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final @Nullable String file;
    private final long offset;
    private final @Nullable String table;

    public StorageException(Kind kind, String detail) {
        this(kind, detail, Place.UNKNOWN, null);
    }

    public StorageException(Kind kind, String detail, @Nullable Throwable cause) {
        this(kind, detail, Place.UNKNOWN, cause);
    }

    public StorageException(Kind kind, String detail, Place place, @Nullable Throwable cause) {
        super(kind + ": " + detail + place, cause);
        this.kind = kind;
        this.file = place.file;
        this.offset = place.offset;
        this.table = place.table == null ? null : place.table.name();
    }

    public Kind kind() {
        return kind;
    }

    /** Where it happened, as far as it is known. */
    public Place place() {
        return new Place(file, offset, table == null ? null : new Table(table));
    }

    /**
     * Where something happened.
     *
     * @param file its path, or null when unknown
     * @param offset in bytes from the beginning of the file, or -1 when unknown
     * @param table or null when unknown
     */
    @Stable
    public record Place(
            @Nullable String file, long offset, @Nullable Table table) {

        /** Nowhere known. */
        public static final Place UNKNOWN = new Place(null, -1, null);

        /** As the end of a message: {@code ", file=…, offset=…, table=…"}, without what is unknown. */
        @Override
        public String toString() {
            return (file == null ? "" : ", file=" + file)
                    + (offset < 0 ? "" : ", offset=" + offset)
                    + (table == null ? "" : ", table=" + table);
        }
    }

    /** The kind of failure. For a batch, {@link #applied()} tells whether it may have been applied. */
    @Stable
    public enum Kind {
        /** No space on the disk, or a quota is used up. Reads work; writes do again when there is space. */
        FULL(Applied.NO),
        /** More is pending than the store's bound. Try again when some of it has completed. */
        BUSY(Applied.NO),
        /** No majority, no leader, no connection, and the batch was not submitted. Try again later. */
        UNAVAILABLE(Applied.NO),
        /**
         * The batch was submitted, but no result came in time, or the store closed first: read before writing again.
         */
        OUTCOME_UNKNOWN(Applied.MAYBE),
        /** Reading, writing or forcing to the medium failed. */
        IO(Applied.MAYBE),
        /** A stored record does not match its checksum or layout; reads never return it. */
        DAMAGED(Applied.NO),
        /** An {@code add} met an entry that is not 8 bytes long, or would have left the range of a long. */
        NOT_A_COUNTER(Applied.NO),
        /** A watch wants versions that the history no longer has. Scan, and watch from there. */
        TOO_OLD(Applied.NO),
        /** The state was replaced as a whole below a watch or cursor. Scan, and watch from there. */
        RESTORED(Applied.NO),
        /** A cursor was idle for too long, or its partition lost its leader. Scan again from the last key. */
        CURSOR_EXPIRED(Applied.NO),
        /** The store, cursor or snapshot is closed. */
        CLOSED(Applied.NO),
        /** The store lacks the feature: {@link StoreCapabilities}. */
        UNSUPPORTED(Applied.NO),
        /** A {@link WatchHandler} threw; the cause is what it threw. */
        HANDLER_FAILED(Applied.NO);

        private final Applied applied;

        Kind(Applied applied) {
            this.applied = applied;
        }

        public Applied applied() {
            return applied;
        }
    }

    /** The effect of a failed batch. */
    @Stable
    public enum Applied {
        /** It was not applied, and never will be. */
        NO,
        /** It may have been applied, may be applied later, or never. */
        MAYBE
    }
}
