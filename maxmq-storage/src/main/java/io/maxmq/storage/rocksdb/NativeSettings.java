package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.MemTableInfo;
import org.rocksdb.Options;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * The options of RocksDB and its memory: one cache, to which the memtables are charged. Native objects, closed after
 * the database that uses them. Not thread-safe.
 */
final class NativeSettings implements AutoCloseable {

    /** Of two files: RocksDB's own notes about what it does. */
    private static final long MAX_NOTES_BYTES = 1024 * 1024;

    private static final int MAX_OPEN_FILES = 512;
    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final int BLOCK_BYTES = 8 * 1024;

    // A flushed file in which 64 of 256 neighbours are tombstones is compacted.
    private static final int DELETION_WINDOW = 256;
    private static final int DELETION_TRIGGER = 64;
    private static final int MAX_RANGE_DELETIONS_OF_MEMTABLE = 1_000;

    private final Deque<AbstractNativeReference> all = new ArrayDeque<>();

    final LRUCache cache;
    final DBOptions database;
    final ColumnFamilyOptions tables;

    /** True if a memtable was sealed, with which the log goes on in a new file; true at first. Set by any thread. */
    final AtomicBoolean sealed = new AtomicBoolean(true);

    /** True if what cannot be read is taken as not there. */
    final boolean salvages;

    /** For the groups of the writer. */
    final WriteOptions logged;

    /** Forced to the medium at every level. */
    final WriteOptions forced;

    /** For what is thrown away after a crash. */
    final WriteOptions unlogged;

    /**
     * @param compacting whether RocksDB compacts by itself
     */
    NativeSettings(StoreSettings settings, boolean compacting) {
        salvages = settings.salvages();
        long memory = settings.memoryBytes();
        cache = keep(new LRUCache(memory));
        WriteBufferManager memtables = keep(new WriteBufferManager(memory / 2, cache));
        BloomFilter filter = keep(new BloomFilter(BLOOM_BITS_PER_KEY));
        TablePropertiesCollectorFactory deletions =
                keep(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                        DELETION_WINDOW, DELETION_TRIGGER, 0.5));
        Options both = keep(new Options());
        both.setTablePropertiesCollectorFactory(List.of(deletions));
        database = keep(new DBOptions());
        configureDatabase(settings, memtables);
        tables = keep(new ColumnFamilyOptions(both));
        configureTables(memory, filter, compacting);
        logged = keep(new WriteOptions()
                .setSync(settings.durability() == Durability.FSYNC)
                .setNoSlowdown(true));
        forced = keep(new WriteOptions().setSync(true));
        unlogged = keep(new WriteOptions().setDisableWAL(true));
    }

    private void configureDatabase(StoreSettings settings, WriteBufferManager memtables) {
        database.setListeners(List.of(keep(new SealListener(sealed))))
                .setWriteBufferManager(memtables)
                .setMaxTotalWalSize(settings.maxLogBytes())
                .setParanoidChecks(!settings.salvages())
                // The log was checked and a torn tail was cut before: an error that RocksDB still finds is damage.
                .setWalRecoveryMode(WALRecoveryMode.AbsoluteConsistency)
                .setRecycleLogFileNum(0)
                .setManualWalFlush(settings.durability() == Durability.NONE)
                // The writer resumes, after it has cut the failed group from the log.
                .setMaxBgErrorResumeCount(0)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(MAX_OPEN_FILES)
                .setMaxManifestFileSize(8L * 1024 * 1024)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(MAX_NOTES_BYTES)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private void configureTables(long memory, BloomFilter filter, boolean compacting) {
        long memtable = Math.max(1024 * 1024, memory / 8);
        tables.setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setFilterPolicy(filter)
                        .setBlockSize(BLOCK_BYTES))
                .setWriteBufferSize(memtable)
                .setMaxWriteBufferNumber(3)
                .setArenaBlockSize(64 * 1024)
                .setMemtableMaxRangeDeletions(MAX_RANGE_DELETIONS_OF_MEMTABLE)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTargetFileSizeBase(2 * memtable)
                .setMaxBytesForLevelBase(8 * memtable)
                .setForceConsistencyChecks(true)
                .setDisableAutoCompactions(!compacting);
        if (!compacting) { // nothing removes files from level 0, so their number must not stop the writer
            tables.setLevel0SlowdownWritesTrigger(Integer.MAX_VALUE).setLevel0StopWritesTrigger(Integer.MAX_VALUE);
        }
    }

    /** Called by RocksDB between two groups, on the thread that seals the memtable. */
    private static final class SealListener extends AbstractEventListener {
        private final AtomicBoolean sealed;

        SealListener(AtomicBoolean sealed) {
            super(EnabledEventCallback.ON_MEMTABLE_SEALED);
            this.sealed = sealed;
        }

        @Override
        public void onMemTableSealed(MemTableInfo memtable) {
            sealed.set(true);
        }
    }

    private <T extends AbstractNativeReference> T keep(T object) {
        all.push(object);
        return object;
    }

    @Override
    public void close() {
        while (!all.isEmpty()) {
            all.pop().close();
        }
    }
}
