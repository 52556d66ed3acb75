package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB opened: a column family for each table, named {@code GENERATION/TABLE}, and the default one for what is about the
 * store itself:
 *
 * <pre>
 *   key            value
 *   'g'            the generation, 8 bytes: tables of another one are remains of a restoration, and are dropped
 *   'p'            the number of partitions, 8 bytes
 *   'n'            the number of the last group, 8 bytes: the first record of each group, rising by one
 *   'v' partition  the version of the partition's last batch, 8 bytes; written with each group
 * </pre>
 *
 * <p>An entry is its key, and as its value 8 bytes of version and then the entry's value. All numbers are big-endian.
 *
 * <p>Thread-safe as long as it is open; closing and {@link #switchTo} exclude everything else, which {@link Engine} sees to.
 */
final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /** Between two attempts to write while tables are behind. */
    private static final long STALL_NANOS = 1_000_000;

    private static final int MAX_OPEN_FILES_OF_LOOK = 64;

    private static final byte[] GENERATION = {'g'};
    private static final byte[] PARTITIONS = {'p'};

    /** The key of the last group's number. */
    static final byte[] GROUP = {'n'};

    private final NativeSettings settings;
    private final RocksDB rocks;
    private final ColumnFamilyHandle about;

    /** Of dropped column families too: what still reads them may. Closed with the database. */
    private final List<ColumnFamilyHandle> retired = new ArrayList<>();

    /** Compactions in progress; guarded by itself, so that a finished one is not cancelled. */
    private final List<CompactRangeOptions> compactions = new ArrayList<>();

    private Map<Table, ColumnFamilyHandle> tables = new ConcurrentHashMap<>();
    private long generation;

    private Database(NativeSettings settings, RocksDB rocks, ColumnFamilyHandle about) {
        this.settings = settings;
        this.rocks = rocks;
        this.about = about;
    }

    /**
     * Opens the database in {@code directory}.
     *
     * @param create whether there need not be one
     * @param compacting whether it compacts by itself
     */
    static Database open(Path directory, StoreSettings settings, boolean create, boolean compacting)
            throws RocksDBException {
        NativeSettings nativeSettings = new NativeSettings(settings, compacting);
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        Database database = null;
        try {
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (byte[] name : columnFamilies(directory, create)) {
                descriptors.add(new ColumnFamilyDescriptor(name, nativeSettings.tables));
            }
            nativeSettings.database.setCreateIfMissing(create);
            RocksDB rocks = RocksDB.open(nativeSettings.database, directory.toString(), descriptors, handles);
            database = new Database(nativeSettings, rocks, handles.get(0));
            database.adopt(handles.subList(1, handles.size()));
            database.checkPartitions(settings.partitions());
            return database;
        } catch (Throwable e) { // the lock of a database that is left open would stay
            if (database == null) {
                handles.forEach(ColumnFamilyHandle::close);
                nativeSettings.close();
            } else {
                database.close();
            }
            throw e;
        }
    }

    private static List<byte[]> columnFamilies(Path directory, boolean create) throws RocksDBException {
        if (create) {
            return List.of(RocksDB.DEFAULT_COLUMN_FAMILY);
        }
        List<byte[]> names = new ArrayList<>(List.of(RocksDB.DEFAULT_COLUMN_FAMILY));
        String aboutName = new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.UTF_8);
        try (Options options = new Options()) {
            RocksDB.listColumnFamilies(options, directory.toString()).stream()
                    .filter(name -> !new String(name, StandardCharsets.UTF_8).equals(aboutName))
                    .forEach(names::add);
        }
        return names;
    }

    /**
     * The number of the oldest log file that the database in {@code directory} needs, by RocksDB's list of files. Reads no
     * log and changes nothing; for a database that is not open.
     */
    static long oldestLiveLog(Path directory) throws RocksDBException, IOException {
        Path noLogs = Files.createTempDirectory("maxmq-no-logs");
        try (Options options = new Options()) {
            options.setWalDir(noLogs.toString())
                    .setDbLogDir(noLogs.toString())
                    .setMaxOpenFiles(MAX_OPEN_FILES_OF_LOOK)
                    .setSkipStatsUpdateOnDbOpen(true)
                    .setParanoidChecks(false);
            try (RocksDB rocks = RocksDB.openReadOnly(options, directory.toString())) {
                return rocks.getLongProperty("rocksdb.min-log-number-to-keep");
            }
        } finally {
            StoreDirectory.deleteAll(noLogs);
        }
    }

    private void adopt(List<ColumnFamilyHandle> handles) throws RocksDBException {
        generation = number(GENERATION, null, settings.salvages ? lowestGeneration(handles) : 0);
        for (ColumnFamilyHandle handle : handles) {
            String name = new String(handle.getName(), StandardCharsets.UTF_8);
            int slash = name.indexOf('/');
            if (name.substring(0, Math.max(slash, 0)).equals(Long.toString(generation))) {
                tables.put(new Table(name.substring(slash + 1)), handle);
            } else {
                retire(handle);
            }
        }
    }

    /** Returns the lowest generation: that of the tables, unless a restoration was interrupted. */
    private static long lowestGeneration(List<ColumnFamilyHandle> handles) throws RocksDBException {
        long lowest = Long.MAX_VALUE;
        for (ColumnFamilyHandle handle : handles) {
            String name = new String(handle.getName(), StandardCharsets.UTF_8);
            lowest = Math.min(lowest, Long.parseLong(name, 0, Math.max(name.indexOf('/'), 0), 10));
        }
        return handles.isEmpty() ? 0 : lowest;
    }

    private void checkPartitions(int partitions) throws RocksDBException {
        long found = number(PARTITIONS, null, 0);
        if (found == 0) {
            rocks.put(
                    about, settings.forced, PARTITIONS, Bytes.ofLong(partitions).array());
        } else if (found != partitions) {
            throw new StorageException(
                    Kind.UNSUPPORTED, "the directory has " + found + " partitions, not " + partitions);
        }
    }

    private long number(byte[] key, @Nullable ReadOptions options, long absent) throws RocksDBException {
        try {
            byte[] value = options == null ? rocks.get(about, key) : rocks.get(about, options, key);
            return value == null ? absent : Bytes.wrap(value).longAt(0);
        } catch (RocksDBException e) {
            if (settings.salvages && Failures.of(e, null).kind() == Kind.DAMAGED) {
                return absent;
            }
            throw e;
        }
    }

    // ---- reading

    @Nullable
    Entry get(Table table, Bytes key) throws RocksDBException {
        ColumnFamilyHandle handle = tables.get(table);
        byte[] stored = handle == null ? null : rocks.get(handle, key.array());
        return stored == null ? null : entry(table, key, stored);
    }

    /** The entry that the bytes of a column family say. */
    static Entry entry(Table table, Bytes key, byte[] stored) {
        if (stored.length < Long.BYTES) {
            throw new StorageException(
                    Kind.DAMAGED,
                    "an entry without its version: key=" + key,
                    new StorageException.Place(null, -1, table),
                    null);
        }
        Bytes all = Bytes.wrap(stored);
        return new Entry(key, all.slice(Long.BYTES, stored.length), all.longAt(0));
    }

    /** The version of a partition's last batch in the view of {@code options}; 0 before the first batch. */
    long version(int partition, @Nullable ReadOptions options) throws RocksDBException {
        return number(versionKey(partition), options, 0);
    }

    static byte[] versionKey(int partition) {
        return new byte[] {'v', (byte) partition};
    }

    /** The number of the last group; 0 before the first group. */
    long lastGroup() throws RocksDBException {
        return number(GROUP, null, 0);
    }

    RocksDB rocks() {
        return rocks;
    }

    @Nullable
    ColumnFamilyHandle handle(Table table) {
        return tables.get(table);
    }

    List<Table> tables() {
        return List.copyOf(tables.keySet());
    }

    // ---- writing

    /** The number of a table's column family; creates a missing one. Called by the writer alone. */
    int columnFamily(Table table) throws RocksDBException {
        ColumnFamilyHandle handle = tables.get(table);
        if (handle == null) {
            handle = create(generation, table);
            tables.put(table, handle);
        }
        return handle.getID();
    }

    private ColumnFamilyHandle create(long ofGeneration, Table table) throws RocksDBException {
        byte[] name = (ofGeneration + "/" + table.name()).getBytes(StandardCharsets.UTF_8);
        return rocks.createColumnFamily(new ColumnFamilyDescriptor(name, settings.tables));
    }

    /**
     * Writes a group as {@link GroupEncoder} encodes it, durable by the store's level when this returns. When tables are not
     * written as fast as the log, it waits for them; RocksDB would wait too, but for ever when there is no space for them.
     *
     * @throws RocksDBException {@code Incomplete} when waiting is no use since background work has failed; then nothing was
     *     written
     */
    void write(byte[] group) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch(group)) {
            while (true) {
                try {
                    rocks.write(settings.logged, batch);
                    return;
                } catch (RocksDBException e) {
                    if (!Failures.isStall(e) || rocks.getLongProperty("rocksdb.background-errors") > 0) {
                        throw e;
                    }
                }
                LockSupport.parkNanos(STALL_NANOS);
            }
        }
    }

    /** The number of the last write. Those in the log behind it have failed. */
    long sequence() {
        return rocks.getLatestSequenceNumber();
    }

    /** Returns whether the log may have gone on in a new file since the last call. */
    boolean takeSealed() {
        return settings.sealed.get() && settings.sealed.getAndSet(false);
    }

    /** The next {@link #takeSealed} says yes. */
    void markSealed() {
        settings.sealed.set(true);
    }

    /** Hands to the operating system, or forces to the medium, what the log has kept back. */
    void flushLog(boolean force) throws RocksDBException {
        rocks.flushWal(force);
    }

    // ---- restoration

    /** Tables of the next generation, invisible before {@link #switchTo}. Each call within a use of the database. */
    static final class Staging {
        private final Database owner;
        private final Map<Table, ColumnFamilyHandle> staged = new ConcurrentHashMap<>();

        /** Written during a use of the database; read by the same thread or under the exclusive lock. */
        private volatile boolean over;

        private Staging(Database owner) {
            this.owner = owner;
        }

        /** Neither logged nor durable. */
        void write(Database database, Table table, List<Entry> entries) throws RocksDBException {
            check(database);
            ColumnFamilyHandle handle = staged.get(table);
            if (handle == null) {
                handle = database.create(database.generation + 1, table);
                staged.put(table, handle);
            }
            try (WriteBatch batch = new WriteBatch()) {
                for (Entry entry : entries) {
                    byte[] stored =
                            Bytes.ofLong(entry.version()).concat(entry.value()).array();
                    batch.put(handle, entry.key().array(), stored);
                }
                database.rocks.write(database.settings.unlogged, batch);
            }
        }

        /** Durable when this returns. */
        void finish(Database database) throws RocksDBException {
            check(database);
            database.flush(List.copyOf(staged.values()));
        }

        /** Nothing is staged any more, and nothing of it can be switched to; what was switched to stays. */
        void discard(Database database) {
            over = true;
            if (database == owner) { // otherwise they went when it was opened again
                staged.values().forEach(database::retire);
            }
            staged.clear();
        }

        /** The tables, which are no longer this one's to discard. */
        private Map<Table, ColumnFamilyHandle> take() {
            over = true;
            Map<Table, ColumnFamilyHandle> taken = new ConcurrentHashMap<>(staged);
            staged.clear();
            return taken;
        }

        /** Throws when what was staged is gone. */
        private void check(Database database) {
            if (database != owner) {
                throw new StorageException(Kind.IO, "the database was opened again meanwhile");
            }
            if (over) {
                throw new StorageException(Kind.IO, "restoring was given up meanwhile");
            }
        }
    }

    Staging stage() {
        return new Staging(this);
    }

    /**
     * The staged tables in place of the present ones, in one step, with a new version for each partition.
     *
     * @param group the number of this group
     * @param versions by partition
     * @throws StorageException before anything is written, when what was staged is gone
     */
    void switchTo(Staging staging, long group, long[] versions) throws RocksDBException {
        staging.check(this);
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(GROUP, Bytes.ofLong(group).array());
            batch.put(about, GENERATION, Bytes.ofLong(generation + 1).array());
            for (int partition = 0; partition < versions.length; partition++) {
                batch.put(
                        about,
                        versionKey(partition),
                        Bytes.ofLong(versions[partition]).array());
            }
            rocks.write(settings.forced, batch);
        }
        List<ColumnFamilyHandle> old = List.copyOf(tables.values());
        tables = staging.take();
        generation++;
        old.forEach(this::retire);
    }

    /** Drops a column family. Present readers may go on; its files are deleted after the last reader. */
    private void retire(ColumnFamilyHandle handle) {
        synchronized (retired) {
            retired.add(handle);
        }
        try {
            rocks.dropColumnFamily(handle);
        } catch (RocksDBException e) {
            LOG.warn("a replaced table takes space until the next start: {}", e.getMessage());
        }
    }

    // ---- upkeep

    /** Begins to write what is in memory into files, so that the log can go. */
    void beginFlush() throws RocksDBException {
        List<ColumnFamilyHandle> all = new ArrayList<>(tables.values());
        all.add(about);
        try (FlushOptions options = new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true)) {
            rocks.flush(options, all);
        }
    }

    private void flush(List<ColumnFamilyHandle> handles) throws RocksDBException {
        if (!handles.isEmpty()) {
            try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
                rocks.flush(options, handles);
            }
        }
    }

    /**
     * Rewrites what files have of the keys of a table from {@code from} to {@code to}, without what was deleted.
     */
    void compact(Table table, Bytes from, Bytes to) throws RocksDBException {
        ColumnFamilyHandle handle = tables.get(table);
        if (handle == null) {
            return;
        }
        CompactRangeOptions options = new CompactRangeOptions();
        try {
            options.setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)
                    .setExclusiveManualCompaction(false);
            synchronized (compactions) {
                compactions.add(options);
            }
            rocks.compactRange(handle, from.array(), to.array(), options);
        } finally {
            synchronized (compactions) {
                compactions.remove(options);
                options.close();
            }
        }
    }

    /** Ends {@link #compact} early, with a failure. Also when the database is closed. */
    void cancelCompactions() {
        synchronized (compactions) {
            compactions.forEach(options -> options.setCanceled(true));
        }
    }

    /** About how many bytes files have of the keys of a table from {@code from} to {@code to}. */
    long fileBytes(Table table, Bytes from, Bytes to) {
        ColumnFamilyHandle handle = tables.get(table);
        if (handle == null) {
            return 0;
        }
        try (Slice low = new Slice(from.array());
                Slice high = new Slice(to.array())) {
            return rocks.getApproximateSizes(
                            handle, List.of(new Range(low, high)), SizeApproximationFlag.INCLUDE_FILES)[0];
        }
    }

    /** Bytes of all files of a table. */
    long fileBytes(Table table) throws RocksDBException {
        ColumnFamilyHandle handle = tables.get(table);
        return handle == null ? 0 : rocks.getLongProperty(handle, "rocksdb.total-sst-files-size");
    }

    long memoryBytes() throws RocksDBException {
        Cache cache = settings.cache; // memtables are charged to it
        return cache.getUsage() + rocks.getAggregatedLongProperty("rocksdb.estimate-table-readers-mem");
    }

    long compactionDebtBytes() throws RocksDBException {
        return rocks.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes");
    }

    @Override
    public void close() {
        rocks.cancelAllBackgroundWork(true);
        tables.values().forEach(ColumnFamilyHandle::close);
        synchronized (retired) {
            retired.forEach(ColumnFamilyHandle::close);
        }
        about.close();
        rocks.close();
        settings.close();
    }
}
