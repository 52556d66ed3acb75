package io.maxmq;

import io.maxmq.core.persistence.JournalBacking;
import io.maxmq.core.persistence.MemoryKeyValueStore;
import io.maxmq.core.persistence.MemoryKeyValueStore.Settings;
import io.maxmq.spi.Preview;
import io.maxmq.spi.storage.Journal;
import io.maxmq.spi.storage.KeyValueStore;

/**
 * A whole storage made of a {@link Journal}, which needs to keep records in a row and no more: everything is in memory, and each
 * batch is a record of the journal before it shows.
 *
 * <pre>{@code
 * MaxMQ.builder().storage(JournalStorage.on(new FileJournal(path))).start();
 * }</pre>
 *
 * <p>For what fits into the heap, which is outside of the broker's memory budget: each entry takes some 150 bytes beyond its key
 * and value. To open reads the whole journal. When more has been added than 16 MiB, and than the content was at the last time, the
 * content is written anew instead, and batches wait meanwhile. {@code maxmq-storage} has a store for more than that.
 *
 * @since 0.1.0
 */
@Preview
public final class JournalStorage {
    private static final long MAX_PENDING_BYTES = 32L * 1024 * 1024;

    private JournalStorage() {}

    /** A store with one partition, for one broker. Its thread, {@code maxmq-journal}, is the one that calls the journal. */
    public static KeyValueStore on(Journal journal) {
        return on(journal, 1);
    }

    /**
     * The same with more partitions; a journal may be opened with another number than before.
     *
     * @param partitions 1..64
     * @throws IllegalArgumentException when there are none or too many
     */
    public static KeyValueStore on(Journal journal, int partitions) {
        return new MemoryKeyValueStore(
                Settings.DEFAULTS.withPartitions(partitions).withMaxPendingBytes(MAX_PENDING_BYTES),
                new JournalBacking(journal));
    }
}
