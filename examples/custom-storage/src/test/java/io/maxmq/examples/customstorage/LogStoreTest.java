package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.tck.KeyValueStoreContract;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LogStoreTest {
    private static final Table TABLE = new Table("animals");
    private static final Bytes CAT = Bytes.utf8("cat");

    @TempDir
    Path directory;

    @Nested
    class KeepsTheContract extends KeyValueStoreContract {
        private final Map<KeyValueStore, Path> files = new HashMap<>();

        @Override
        protected KeyValueStore newStore() {
            return of(directory.resolve("log-" + files.size()));
        }

        @Override
        protected KeyValueStore reopened(KeyValueStore closed) {
            return of(files.get(closed));
        }

        private KeyValueStore of(Path file) {
            KeyValueStore store = new LogStore(file);
            files.put(store, file);
            return store;
        }
    }

    @Test
    void readsBackEveryKindOfBatch() throws Exception {
        Bytes dog = Bytes.utf8("c-dog");
        Bytes count = Bytes.utf8("count");
        long version;
        try (KeyValueStore store = open()) {
            await(store.commit(
                    batch().put(TABLE, CAT, Bytes.EMPTY).add(TABLE, count, 7).build()));
            await(store.commit(
                    batch().requireAbsent(TABLE, CAT).delete(TABLE, count).build()));
            await(store.commit(batch().requireEqual(TABLE, CAT, Bytes.EMPTY)
                    .put(TABLE, dog, CAT)
                    .build()));
            await(store.commit(batch().deleteRange(TABLE, KeyRange.prefix(dog)).build()));
            await(store.commit(batch().deleteRange(TABLE, new KeyRange(dog, Bytes.utf8("c-e")))
                    .build()));
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(
                            () -> await(store.commit(batch().add(TABLE, CAT, 1).build())))
                    .matches(e -> e.kind() == Kind.NOT_A_COUNTER);
            version = commit(store, batch().requireVersionBelow(TABLE, CAT, 2).add(TABLE, count, 1));
        }

        try (KeyValueStore store = open()) {
            assertThat(get(store, CAT)).contains(new Entry(CAT, Bytes.EMPTY, 1));
            assertThat(get(store, count)).contains(new Entry(count, Bytes.ofLong(8), version));
            assertThat(get(store, dog)).isEmpty();
            assertThat(commit(store, batch())).isEqualTo(version + 1);
        }
    }

    @Test
    void cutsOffWhatACrashLeftUnfinished() throws Exception {
        try (KeyValueStore store = open()) {
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("meow")));
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("purr")));
        }
        byte[] whole = Files.readAllBytes(file());
        int first = groupEnd(whole);

        for (int length = first; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (KeyValueStore store = open()) {
                assertThat(get(store, CAT)).contains(new Entry(CAT, Bytes.utf8("meow"), 1));
                commit(store, batch().put(TABLE, CAT, Bytes.utf8("hiss")));
            }
            try (KeyValueStore store = open()) {
                assertThat(get(store, CAT)).contains(new Entry(CAT, Bytes.utf8("hiss"), 2));
            }
        }
    }

    @Test
    void opensNothingThatIsDamagedBeforeItsEnd() throws Exception {
        try (KeyValueStore store = open()) {
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("meow")));
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("purr")));
        }
        byte[] whole = Files.readAllBytes(file());
        whole[groupEnd(whole) - 3] ^= 1;
        Files.write(file(), whole);

        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(this::open)
                .matches(e -> e.kind() == Kind.DAMAGED)
                .withMessageContaining("offset=0");

        assertThat(Files.readAllBytes(file())).isEqualTo(whole);
    }

    @Test
    void isOpenedOnce() throws Exception {
        try (KeyValueStore store = open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(this::open)
                    .matches(e -> e.kind() == Kind.UNAVAILABLE)
                    .withMessageContaining(file().toString());
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("meow")));
        }
        open().close();
    }

    @Test
    void saysWhichFileCannotBeOpened() {
        Path nowhere = directory.resolve("missing").resolve("log");

        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> await(new LogStore(nowhere).open()))
                .matches(e -> e.kind() == Kind.IO)
                .withMessageContaining(nowhere.toString());
    }

    private Path file() {
        return directory.resolve("log");
    }

    /** Where the first group ends. */
    private static int groupEnd(byte[] log) {
        return 8 + ByteBuffer.wrap(log).getInt();
    }

    private KeyValueStore open() throws Exception {
        KeyValueStore store = new LogStore(file());
        try {
            await(store.open());
        } catch (StorageException e) {
            store.close();
            throw e;
        }
        return store;
    }

    private static Batch.Builder batch() {
        return Batch.builder(CAT.byteAt(0));
    }

    private static long commit(KeyValueStore store, Batch.Builder batch) throws Exception {
        return ((CommitResult.Committed) await(store.commit(batch.build()))).version();
    }

    private static Optional<Entry> get(KeyValueStore store, Bytes key) throws Exception {
        return await(store.get(TABLE, key, Consistency.LINEARIZABLE));
    }

    /** Throws what the stage fails with. */
    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StorageException failure ? failure : e;
        }
    }
}
