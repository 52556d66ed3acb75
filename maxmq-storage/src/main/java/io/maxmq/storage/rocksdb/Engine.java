package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The only access to the native database. Many threads use it at once, but not while it is closed, opened again or has
 * its tables replaced. An object that outlives one use (iterator, snapshot) is a {@link Holding}; the engine ends it
 * before the database closes, so that no native object is used after its owner.
 *
 * <p>Thread-safe. Every method may block.
 */
final class Engine implements AutoCloseable {

    private final StoreDirectory directory;
    private final StoreSettings settings;
    private final LogMarker marker;

    /** Shared for a use of the database, exclusive for its replacement. No callback is made while it is held. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private final Set<Holding> holdings = ConcurrentHashMap.newKeySet();

    // Written with the lock; read with it, but for cancelCompactions.
    private volatile @Nullable Database database;
    private StorageException missing = new StorageException(Kind.CLOSED, "the store is not open");

    /** Something native that lives longer than one use. */
    interface Holding {
        /** Gives the native objects back; the engine calls it before the database goes, at most once. */
        void release(Database database, StorageException cause);
    }

    /** One use of the database. */
    interface Use<T> {
        T of(Database database) throws RocksDBException;
    }

    /** One use of the database without a result. */
    interface Action {
        void on(Database database) throws RocksDBException;
    }

    Engine(StoreDirectory directory, StoreSettings settings) {
        this.directory = directory;
        this.settings = settings;
        this.marker = new LogMarker(directory);
    }

    /**
     * Checks the log and opens the database. To be closed, whether it opened or not.
     *
     * @throws StorageException when either fails
     */
    void open() {
        lock.writeLock().lock();
        try {
            LogFiles.checkAndCutTornTail(
                    directory.database(),
                    directory.level() == Durability.FSYNC,
                    settings.salvages() ? LogClaim.NONE : directory.claim(),
                    () -> Database.oldestLiveLog(directory.database()));
            database = Database.open(directory.database(), settings, directory.isNew(), !settings.salvages());
            directory.opened(settings.durability());
        } catch (RocksDBException e) {
            throw Failures.of(e, null);
        } catch (IOException e) {
            throw Failures.of(e, "cannot open");
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Closes the database and opens it again without the groups behind {@code sequence}.
     *
     * @param compacting whether it may compact; not when compaction met a damaged file
     * @throws StorageException when it could not be opened; everything fails with it until the next attempt
     */
    void reopen(long sequence, boolean compacting) {
        cancelCompactions();
        lock.writeLock().lock();
        try {
            closeDatabase(new StorageException(Kind.CURSOR_EXPIRED, "the database had to be opened again"));
            LogFiles.cutBehind(directory.database(), sequence);
            database = Database.open(directory.database(), settings, false, compacting);
        } catch (RocksDBException e) {
            missing = Failures.of(e, null);
            throw missing;
        } catch (IOException e) {
            missing = Failures.of(e, "cannot open again");
            throw missing;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Uses the database.
     *
     * @throws StorageException while the database is closed
     */
    <T> T use(Use<T> use) throws RocksDBException {
        lock.readLock().lock();
        try {
            return use.of(opened());
        } finally {
            lock.readLock().unlock();
        }
    }

    /** As {@link #use}, without a result. */
    void run(Action action) throws RocksDBException {
        lock.readLock().lock();
        try {
            action.on(opened());
        } finally {
            lock.readLock().unlock();
        }
    }

    /** As {@link #run}, with exclusive use of the database. */
    void runAlone(Action action) throws RocksDBException {
        cancelCompactions();
        lock.writeLock().lock();
        try {
            action.on(opened());
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Database opened() {
        Database now = database;
        if (now == null) {
            throw new StorageException(missing.kind(), "the database is not open", missing);
        }
        return now;
    }

    /** Cancels compactions, so that an exclusive use does not wait for them; a compaction can be repeated. */
    void cancelCompactions() {
        Database now = database;
        if (now != null) {
            now.cancelCompactions();
        }
    }

    /** From now on {@code holding} is released before the database goes. Called within a use. */
    void hold(Holding holding) {
        holdings.add(holding);
    }

    /** Gives a holding back, when it has not been by then. */
    void release(Holding holding, StorageException cause) {
        lock.readLock().lock();
        try {
            Database now = database;
            if (now != null && holdings.remove(holding)) {
                holding.release(now, cause);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The present holdings. */
    Set<Holding> holdings() {
        return Set.copyOf(holdings);
    }

    private void closeDatabase(StorageException cause) {
        Database closing = database;
        if (closing == null) {
            return;
        }
        for (Holding holding : holdings) {
            holding.release(closing, cause);
        }
        holdings.clear();
        database = null;
        missing = cause;
        closing.close();
    }

    /** Records what the log must have at the next start. */
    LogMarker marker() {
        return marker;
    }

    /** Forces the log to the medium at every durability level, and closes. Idempotent. */
    @Override
    public void close() {
        cancelCompactions();
        lock.writeLock().lock();
        try {
            Database now = database;
            if (now != null) {
                now.flushLog(true);
                marker.forced(now.lastGroup());
            }
        } catch (RocksDBException e) {
            throw Failures.of(e, null);
        } finally {
            try {
                closeDatabase(new StorageException(Kind.CLOSED, "the store is closed"));
            } finally {
                lock.writeLock().unlock();
            }
        }
    }
}
