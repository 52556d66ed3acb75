package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.rocksdb.RocksDBException;

/** Reads a snapshot of any store into staged tables. Blocks; interrupted when the store closes. Used once. */
final class Restoration {

    /** A snapshot that does not give its next page within this time has failed. */
    private static final long DEADLINE_SECONDS = 60;

    private final Engine engine;
    private final Snapshot snapshot;
    private long highestVersion;

    Restoration(Engine engine, Snapshot snapshot) {
        this.engine = engine;
        this.snapshot = snapshot;
    }

    /** Reads the tables of the snapshot into durable tables that are not visible yet. */
    Database.Staging read() throws Throwable {
        Database.Staging staging = engine.use(Database::stage);
        try {
            for (int partition = 0; partition < snapshot.partitions().count(); partition++) {
                highestVersion = Math.max(highestVersion, snapshot.version(partition));
                for (Table table : snapshot.tables()) {
                    read(Scan.of(table, partition), staging);
                }
            }
            return engine.use(database -> {
                staging.finish(database);
                return staging;
            });
        } catch (Throwable e) {
            discard(staging, e);
            throw e;
        }
    }

    /** Of any entry or partition of the snapshot. */
    long highestVersion() {
        return highestVersion;
    }

    /**
     * Gives up what was staged.
     *
     * @param cause gets what fails on the way
     */
    void discard(Database.Staging staging, Throwable cause) {
        try {
            engine.run(database -> {
                staging.discard(database);
            });
        } catch (RocksDBException | RuntimeException e) { // the next start drops it
            cause.addSuppressed(e);
        }
    }

    private void read(Scan scan, Database.Staging staging) throws Throwable {
        try (Cursor cursor = snapshot.scan(scan)) {
            EntryPage page;
            do {
                page = await(cursor.next());
                for (Entry entry : page.entries()) {
                    highestVersion = Math.max(highestVersion, entry.version());
                }
                EntryPage taken = page;
                engine.run(database -> {
                    staging.write(database, scan.table(), taken.entries());
                });
            } while (!page.last());
        }
    }

    /** The result of a stage, or what it failed with. */
    static <T> T await(CompletionStage<T> stage) throws Throwable {
        try {
            return stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException e) {
            throw new StorageException(Kind.IO, "restoring does not go on within " + DEADLINE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw new StorageException(Kind.CLOSED, "the store was closed meanwhile", e);
        }
    }
}
