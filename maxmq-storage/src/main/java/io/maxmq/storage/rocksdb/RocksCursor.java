package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Reads a range page by page, each on one of the store's readers, all from one state of the database: a snapshot of its own,
 * taken at the first page, or the one that it was given. Left alone for too long it is given up. Thread-safe; one page at a
 * time.
 */
final class RocksCursor implements Cursor, Engine.Holding {

    private final Engine engine;
    private final Readers readers;
    private final Scan scan;
    private final List<KeyRange> ranges;

    /** The snapshot to read; null for the present state. */
    private final @Nullable RocksSnapshot source;

    private volatile boolean closed;

    /** True if a page is under way. */
    private final AtomicBoolean busy = new AtomicBoolean();

    // Guarded by this: one thread at a time uses or releases the native objects.
    private @Nullable Snapshot ownSnapshot;
    private @Nullable Reading reading; // null between two ranges
    private int nextRange;
    private boolean begun;
    private boolean ended; // behind the last page, or given up
    private long version;
    private long lastUsedNanos;
    private @Nullable StorageException lost; // why it was given up

    /** A range under way, and the native objects for it. */
    private record Reading(
            ReadOptions options,
            @Nullable Slice from,
            @Nullable Slice to,
            RocksIterator iterator) {
        void close() {
            iterator.close();
            options.close();
            closeIfAny(from);
            closeIfAny(to);
        }
    }

    private static void closeIfAny(@Nullable Slice slice) {
        if (slice != null) {
            slice.close();
        }
    }

    /**
     * @param ranges what to read, in the order of keys
     * @param source the snapshot to read, or null for the present state
     */
    RocksCursor(Engine engine, Readers readers, Scan scan, List<KeyRange> ranges, @Nullable RocksSnapshot source) {
        this.engine = engine;
        this.readers = readers;
        this.scan = scan;
        this.ranges = ranges;
        this.source = source;
    }

    @Override
    public CompletionStage<EntryPage> next() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("the page before is still under way");
        }
        CompletableFuture<EntryPage> result = new CompletableFuture<>();
        readers.read(result, scan.table(), this::turnPage, () -> busy.set(false));
        return result;
    }

    private EntryPage turnPage() throws RocksDBException {
        if (closed || (source != null && source.isClosed())) {
            giveUp();
            throw closedException();
        }
        try {
            return engine.use(database -> {
                synchronized (this) {
                    return readPage(database);
                }
            });
        } catch (RocksDBException e) {
            giveUp();
            throw Failures.of(e, scan.table());
        } catch (StorageException e) {
            giveUp();
            throw e;
        }
    }

    private EntryPage readPage(Database database) throws RocksDBException {
        if (lost != null) {
            throw new StorageException(lost.kind(), "the cursor was given up", lost);
        }
        if (!begun) {
            begin(database);
        }
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        while (!ended) {
            Reading now = reading == null ? openNext(database) : reading;
            if (now == null) {
                end(database);
            } else if (!now.iterator().isValid()) {
                if (entries.isEmpty()) {
                    now.iterator().status(); // the end, or a failure
                } else if (hasFailed(now.iterator())) {
                    lastUsedNanos = System.nanoTime();
                    return new EntryPage(entries, version, false); // the next page tells
                }
                now.close();
                reading = null;
            } else if (entries.size() == scan.maxPageEntries() || bytes >= scan.maxPageBytes()) {
                lastUsedNanos = System.nanoTime();
                return new EntryPage(entries, version, false);
            } else {
                Entry entry = Database.entry(
                        scan.table(),
                        Bytes.wrap(now.iterator().key()),
                        now.iterator().value());
                entries.add(entry);
                bytes += entry.sizeBytes();
                if (scan.reverse()) {
                    now.iterator().prev();
                } else {
                    now.iterator().next();
                }
            }
        }
        return new EntryPage(entries, version, true);
    }

    private static boolean hasFailed(RocksIterator iterator) {
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            return true;
        }
    }

    private void begin(Database database) throws RocksDBException {
        begun = true;
        engine.hold(this);
        if (source == null) {
            ownSnapshot = database.rocks().getSnapshot();
            try (ReadOptions options = new ReadOptions().setSnapshot(ownSnapshot)) {
                version = database.version(scan.partition(), options);
            }
        } else {
            version = source.version(scan.partition());
        }
    }

    private @Nullable Reading openNext(Database database) {
        ColumnFamilyHandle handle = source == null ? database.handle(scan.table()) : source.handle(scan.table());
        if (handle == null || nextRange == ranges.size()) {
            return null;
        }
        int index = scan.reverse() ? ranges.size() - 1 - nextRange : nextRange;
        nextRange++;
        KeyRange range = ranges.get(index);
        ReadOptions options = new ReadOptions().setSnapshot(source == null ? ownSnapshot : source.state());
        Bytes end = range.to();
        Slice from = range.from().isEmpty() ? null : new Slice(range.from().array());
        Slice to = end == null ? null : new Slice(end.array());
        if (from != null) {
            options.setIterateLowerBound(from);
        }
        if (to != null) {
            options.setIterateUpperBound(to);
        }
        RocksIterator iterator;
        try {
            iterator = database.rocks().newIterator(handle, options);
        } catch (Throwable e) { // which hold native memory
            options.close();
            closeIfAny(from);
            closeIfAny(to);
            throw e;
        }
        reading = new Reading(options, from, to, iterator);
        if (scan.reverse()) {
            iterator.seekToLast();
        } else {
            iterator.seekToFirst();
        }
        return reading;
    }

    /** Nothing follows: what is native goes, only the version is left. */
    private void end(Database database) {
        ended = true;
        engine.release(this, closedException());
    }

    @Override
    public synchronized void release(Database database, StorageException cause) {
        if (!ended) {
            ended = true;
            lost = cause;
        }
        if (reading != null) {
            reading.close();
            reading = null;
        }
        if (ownSnapshot != null) {
            database.rocks().releaseSnapshot(ownSnapshot);
            ownSnapshot = null;
        }
    }

    /** Gives it up when it was left alone for longer than this. */
    void expire(long nowNanos, long maxIdleNanos) {
        boolean idle;
        synchronized (this) {
            idle = !busy.get() && nowNanos - lastUsedNanos > maxIdleNanos;
        }
        if (idle) {
            engine.release(this, new StorageException(Kind.CURSOR_EXPIRED, "left alone for too long"));
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            readers.run(this::giveUp);
        }
    }

    private void giveUp() {
        engine.release(this, closedException());
    }

    private static StorageException closedException() {
        return new StorageException(Kind.CLOSED, "the cursor or what it reads is closed");
    }
}
