package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** A store in the words of these tests; waits with a deadline. */
final class StoreHarness {

    static final Table TABLE = new Table("table");

    private static final long DEADLINE_SECONDS = 60;

    private StoreHarness() {}

    static <T extends KeyValueStore> T open(T store) {
        await(store.open());
        return store;
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("stage failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("stage did not complete within " + DEADLINE_SECONDS + " s", e);
        }
    }

    static StorageException failure(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS));
        assertThat(failure).isInstanceOf(ExecutionException.class).cause().isInstanceOf(StorageException.class);
        return (StorageException) failure.getCause();
    }

    /** Opens a store, which must fail, with one line. */
    static StorageException failureToOpen(KeyValueStore store) {
        try (store) {
            StorageException failure = failure(store.open());
            assertThat(failure.getMessage().lines()).hasSize(1);
            return failure;
        }
    }

    static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(what + " within " + DEADLINE_SECONDS + " s")
                    .isLessThan(deadlineNanos);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    static Bytes key(long number) {
        return ShardedKey.encode(1, "", Bytes.ofLong(number));
    }

    static Batch put(long number, Bytes value) {
        return Batch.builder(1).put(TABLE, key(number), value).build();
    }

    static CommitResult commit(KeyValueStore store, Batch batch) {
        return await(store.commit(batch));
    }

    static Bytes get(KeyValueStore store, long number) {
        return await(store.get(TABLE, key(number), Consistency.LOCAL))
                .map(Entry::value)
                .orElse(null);
    }

    /** All of the table. */
    static TreeMap<Bytes, Bytes> everything(KeyValueStore store) {
        TreeMap<Bytes, Bytes> all = new TreeMap<>();
        try (Cursor cursor = store.scan(Scan.of(TABLE, 0))) {
            EntryPage page;
            do {
                page = await(cursor.next());
                page.entries().forEach(entry -> all.put(entry.key(), entry.value()));
            } while (!page.last());
        }
        return all;
    }

    static Path log(Path directory) throws IOException {
        List<Path> logs = files(directory, ".log");
        return logs.get(logs.size() - 1);
    }

    static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /** The directory of a store in use, as if its process were killed now; nobody may be writing. */
    static void copy(RocksStore store, Path from, Path to) throws IOException {
        try {
            store.run(database -> database.rocks().pauseBackgroundWork());
            copy(from, to);
            store.run(database -> database.rocks().continueBackgroundWork());
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    /** The directory of a store that nobody writes to. A file that is about to replace another may go while this runs. */
    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.getFileName().toString().startsWith("LOCK")) {
                    try {
                        Files.copy(file, to.resolve(from.relativize(file)));
                    } catch (NoSuchFileException e) {
                        return visitFileFailed(file, e);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException && file.toString().endsWith(".new")) {
                    return FileVisitResult.CONTINUE; // the store has renamed it since the directory was listed
                }
                throw e;
            }
        });
    }

    static void flip(Path file, long offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) offset] ^= 0x10;
        Files.write(file, bytes);
    }
}
