package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;

/** One state of the database, held until it is closed or the database is. Thread-safe. */
final class RocksSnapshot implements io.maxmq.spi.storage.Snapshot, Engine.Holding {

    private final Engine engine;
    private final Readers readers;
    private final Ranges ranges;
    private final long[] versions;
    private final Map<Table, ColumnFamilyHandle> tables;
    private final org.rocksdb.Snapshot state;

    private volatile boolean closed;
    private volatile @Nullable StorageException lost;

    private RocksSnapshot(
            Engine engine,
            Readers readers,
            Ranges ranges,
            long[] versions,
            Map<Table, ColumnFamilyHandle> tables,
            org.rocksdb.Snapshot state) {
        this.engine = engine;
        this.readers = readers;
        this.ranges = ranges;
        this.versions = versions;
        this.tables = tables;
        this.state = state;
    }

    /** The present state. Blocks shortly. */
    static RocksSnapshot take(Engine engine, Readers readers, Ranges ranges) throws RocksDBException {
        return engine.use(database -> {
            org.rocksdb.Snapshot state = database.rocks().getSnapshot();
            long[] versions = new long[ranges.partitions().count()];
            try (ReadOptions options = new ReadOptions().setSnapshot(state)) {
                for (int partition = 0; partition < versions.length; partition++) {
                    versions[partition] = database.version(partition, options);
                }
            }
            Map<Table, ColumnFamilyHandle> tables = new HashMap<>();
            for (Table table : database.tables()) {
                ColumnFamilyHandle handle = database.handle(table);
                if (handle != null) {
                    tables.put(table, handle);
                }
            }
            RocksSnapshot snapshot = new RocksSnapshot(engine, readers, ranges, versions, tables, state);
            engine.hold(snapshot);
            return snapshot;
        });
    }

    @Override
    public Partitions partitions() {
        return ranges.partitions();
    }

    @Override
    public long version(int partition) {
        return versions[partitions().check(partition)];
    }

    @Override
    public Set<Table> tables() {
        return Set.copyOf(tables.keySet());
    }

    @Override
    public Cursor scan(Scan scan) {
        return new RocksCursor(engine, readers, scan, ranges.of(scan), this);
    }

    boolean isClosed() {
        return closed;
    }

    /** Called within a use of the database. */
    org.rocksdb.Snapshot state() {
        StorageException cause = lost;
        if (cause != null) {
            throw new StorageException(cause.kind(), "the snapshot was given up", cause);
        }
        return state;
    }

    @Nullable
    ColumnFamilyHandle handle(Table table) {
        return tables.get(table);
    }

    @Override
    public void release(Database database, StorageException cause) {
        lost = cause;
        database.rocks().releaseSnapshot(state);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            readers.run(() ->
                    engine.release(this, new StorageException(Kind.CLOSED, "the cursor or what it reads is closed")));
        }
    }
}
