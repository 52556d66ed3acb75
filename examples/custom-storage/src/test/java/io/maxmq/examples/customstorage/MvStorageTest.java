package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.tck.KeyValueStoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The contract of every store, and the behaviour that is particular to a file. */
class MvStorageTest extends KeyValueStoreContract {
    private static final Table TABLE = new Table("animals");
    private static final Bytes CAT = Bytes.utf8("cat");

    @TempDir
    Path directory;

    private final Map<KeyValueStore, Path> files = new HashMap<>();

    @Override
    protected KeyValueStore newStore() {
        return on(directory.resolve("store-" + files.size()));
    }

    @Override
    protected KeyValueStore reopened(KeyValueStore closed) {
        return on(files.get(closed));
    }

    private KeyValueStore on(Path file) {
        KeyValueStore store = new MvStorage(file);
        files.put(store, file);
        return store;
    }

    @Test
    void refusesAFileThatIsInUse() {
        Path file = directory.resolve("shared");
        try (KeyValueStore first = on(file);
                KeyValueStore second = on(file)) {
            await(first.open());

            assertThatThrownBy(() -> await(second.open()))
                    .hasMessageContaining(file.toString())
                    .satisfies(e -> assertThat(((StorageException) e).kind()).isEqualTo(Kind.UNAVAILABLE));
            await(first.commit(put("meow")));
        }
    }

    @Test
    void refusesAFileOfAnotherFormat() throws Exception {
        Path file = Files.writeString(directory.resolve("text"), "no store. ".repeat(10_000));
        try (KeyValueStore store = on(file)) {
            assertThatThrownBy(() -> await(store.open()))
                    .satisfies(e -> assertThat(((StorageException) e).kind()).isEqualTo(Kind.DAMAGED));
        }
    }

    @Test
    void keepsAcknowledgedBatchesInACopyOfTheOpenFile() throws Exception {
        Path file = directory.resolve("open");
        Path copy = directory.resolve("copy");
        try (KeyValueStore store = on(file)) {
            await(store.open());
            await(store.commit(put("meow")));
            assertThat(await(store.commit(put("purr")))).isInstanceOf(CommitResult.Committed.class);
            Files.copy(file, copy); // the state of the file after a crash at this moment
        }
        try (KeyValueStore store = on(copy)) {
            await(store.open());
            assertThat(await(store.get(TABLE, CAT, Consistency.LINEARIZABLE)))
                    .contains(new Entry(CAT, Bytes.utf8("purr"), 2));
        }
    }

    private static Batch put(String value) {
        return Batch.builder(CAT.byteAt(0)).put(TABLE, CAT, Bytes.utf8(value)).build();
    }

    /** Throws the exception with which the stage fails. */
    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StorageException failure ? failure : e;
        }
    }
}
