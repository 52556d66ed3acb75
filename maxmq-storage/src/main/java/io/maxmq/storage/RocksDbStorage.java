package io.maxmq.storage;

import io.maxmq.spi.Stable;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.storage.rocksdb.RocksStore;
import io.maxmq.storage.rocksdb.StoreSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A store in a directory of this machine, on RocksDB: what it has acknowledged is there after a crash, by its {@link
 * Durability}. Everything that is pending goes into one write, so one force of the medium serves many batches.
 *
 * <pre>{@code
 * MaxMQ.builder().storage(RocksDbStorage.at(Path.of("/var/lib/broker"))) …
 * }</pre>
 *
 * <p>The methods that return this object configure it and are called before {@link #open()}, by one thread; a broker that
 * it is given to opens and closes it. From then on it is thread-safe. It has six threads at most, daemons with names that
 * begin with {@code maxmq-storage-}; stages of batches complete on one of them, in order, reads and handlers on two others.
 * RocksDB keeps a few native threads of its own, shared by all stores of the process, until the process ends.
 *
 * <p>Opening fails, with one line that says why and where, with {@code UNAVAILABLE} when the directory is in use, {@code IO}
 * when it cannot be used, {@code UNSUPPORTED} when a newer version wrote it, {@code DAMAGED} when something that was
 * acknowledged cannot be read.
 *
 * @since 0.1.0
 */
@Stable
public final class RocksDbStorage implements KeyValueStore {

    private StoreSettings settings;

    /** Null as long as it can be configured. Guarded by this. */
    private @Nullable RocksStore store;

    private RocksDbStorage(StoreSettings settings) {
        this.settings = settings;
    }

    /**
     * Returns a store in {@code directory}. Opening it creates the directory, for its owner alone; an existing
     * directory must hold nothing else. Forces each group to the medium, and takes up to 64 MiB of memory outside of
     * the heap.
     */
    public static RocksDbStorage at(Path directory) {
        return new RocksDbStorage(StoreSettings.of(directory));
    }

    /**
     * Sets the event that a completed batch survives; default {@link Durability#FSYNC}. May differ from one start to
     * the next.
     *
     * @throws IllegalStateException once it is open
     */
    public RocksDbStorage durability(Durability level) {
        return with(settings.withDurability(level));
    }

    /**
     * The one budget of memory, for the cache of blocks and for what is not yet in tables; it is outside of the heap. More is
     * taken for moments, by large batches and by scans.
     *
     * @param bytes 8 MiB or more; 64 MiB unless said otherwise
     * @throws IllegalArgumentException when it is less
     * @throws IllegalStateException once it is open
     */
    public RocksDbStorage memory(long bytes) {
        return with(settings.withMemory(bytes));
    }

    /**
     * The bound of batches that have not completed; beyond it they are refused with {@code BUSY}. A single batch may have as
     * much, at most 32 MiB.
     *
     * @param bytes 1 MiB or more; 64 MiB unless said otherwise
     * @throws IllegalArgumentException when it is less
     * @throws IllegalStateException once it is open
     */
    public RocksDbStorage maxPending(long bytes) {
        return with(settings.withMaxPending(bytes));
    }

    /**
     * The quota of the disk. When the files take more, the store refuses new data with {@code FULL}: MQTT 5.0 publishers get 0x97.
     * Clients still resume their sessions and drain them, and when the files take less than 15/16 of the quota, new data is taken
     * again. The quota is looked at once a second, and compaction takes more for moments: leave some space above it.
     *
     * @param bytes of all files, the reserve not counted; 16 MiB or more; unlimited unless said otherwise
     * @throws IllegalArgumentException when it is less
     * @throws IllegalStateException once it is open
     */
    public RocksDbStorage maxDisk(long bytes) {
        return with(settings.withMaxDisk(bytes));
    }

    /**
     * Sets the size of a file that keeps space for a full disk. The store refuses new data when less than a quarter of
     * that is free; when the disk is full all the same, the store deletes the file, so that deletions, compaction and a
     * restart have room. The file is made in the background, and again when space comes.
     *
     * @param bytes 0 for no reserve; default 64 MiB, or twice the log's bound when that is more, but at most a
     *     sixteenth of the disk and an eighth of {@link #maxDisk}
     * @throws IllegalArgumentException when it is negative
     * @throws IllegalStateException once it is open
     */
    public RocksDbStorage reserve(long bytes) {
        return with(settings.withReserve(bytes));
    }

    /**
     * Opening copies a backup into the directory first, which must be absent or empty then.
     *
     * @param backup a directory that {@link #backup} made, or the directory of a closed store
     * @throws IllegalStateException once it is open
     */
    public RocksDbStorage restore(Path backup) {
        return with(settings.withBackup(backup));
    }

    private synchronized RocksDbStorage with(StoreSettings changed) {
        if (store != null) {
            throw new IllegalStateException("a store is configured before it is opened");
        }
        settings = changed;
        return this;
    }

    private synchronized RocksStore store() {
        RocksStore made = store;
        if (made == null) {
            made = new RocksStore(settings);
            store = made;
        }
        return made;
    }

    /**
     * Copies what is there into a new directory while the store works on: every batch that has completed, and perhaps some
     * that come meanwhile. Files that do not change any more are linked, not copied, where the file system can; so a backup
     * on the same disk costs little, and is no safer than that disk.
     *
     * <p>The stage fails with {@code IO}, {@code FULL} or {@code CLOSED}; then there is no such directory.
     *
     * @param target must not exist; its parent is created
     * @throws IllegalStateException before the store is open
     */
    public CompletionStage<Void> backup(Path target) {
        return store().backup(target);
    }

    @Override
    public CompletionStage<Void> open() {
        return store().open();
    }

    @Override
    public StoreCapabilities capabilities() {
        return store().capabilities();
    }

    @Override
    public Partitions partitions() {
        return store().partitions();
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        return store().commit(batch);
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        return store().get(table, key, consistency);
    }

    @Override
    public Cursor scan(Scan scan) {
        return store().scan(scan);
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        return store().watch(table, partition, fromVersion, handler);
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return store().snapshot();
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return store().restore(snapshot);
    }

    @Override
    public StorageFigures figures() {
        return store().figures();
    }

    @Override
    public void close() {
        store().close();
    }
}
