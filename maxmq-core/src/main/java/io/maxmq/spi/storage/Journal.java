package io.maxmq.spi.storage;

import io.maxmq.spi.Preview;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Records in a row that somebody keeps: what a store of one's own has to bring, {@code io.maxmq.JournalStorage} makes a whole
 * {@link KeyValueStore} of it. A record is bytes that have no meaning here: the journal gives back what it was given, all of it
 * and in order. A file, a table of a database or a topic elsewhere can do that.
 *
 * <p>One thread calls, one call after another, and may be blocked for as long as it takes; only {@link #close()} may come from
 * another, and while a call is blocked. Stages of batches fail with the {@link StorageException} that a method throws;
 * an {@link IOException} counts as {@code IO}, so that one who knows of a full disk throws {@code FULL} instead.
 *
 * <p>Third parties may implement this. Methods are added with a default only.
 *
 * @since 0.1.0
 */
@Preview
public interface Journal extends AutoCloseable {

    /**
     * Opens it, and hands over every record that it has, the oldest first. Called once, before all else. Records of an
     * {@link #append} that had not returned at a crash may be there or not, though none without those before it; what is left of
     * one that was being written is not handed over.
     *
     * @throws StorageException {@code UNAVAILABLE} when somebody else has it open, {@code DAMAGED} when records that were
     *     acknowledged can't be read
     */
    void open(Consumer<Bytes> records) throws IOException;

    /**
     * Adds records behind the others; returns when they are durable. All that waits at the moment comes in one call, so that
     * what durability costs is paid once for all of it.
     *
     * <p>When it throws, the records may be there after a crash, but no longer once a later {@code append} has returned: what was
     * half written is cut off first.
     */
    void append(List<Bytes> records) throws IOException;

    /**
     * Has these records and no others from now on, as if all else had been deleted; at a crash either the old ones or all of the
     * new ones are there. Called now and then, so that the journal doesn't grow for ever, and to restore a snapshot. Nothing else
     * happens meanwhile.
     *
     * <p>When it throws, it doesn't matter which of the two there are: before anything else, this is called again.
     *
     * @param records are made as they are asked for; to be used up before this returns
     */
    void replace(Iterator<Bytes> records) throws IOException;

    /** What records survive when {@link #append} has returned. */
    default Durability durability() {
        return Durability.FSYNC;
    }

    /** Gives back what it holds. Called once if {@link #open} was called, also when that failed. */
    @Override
    void close() throws IOException;
}
