package io.maxmq.examples.customstorage;

import io.maxmq.JournalStorage;
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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
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
import static org.assertj.core.api.Assertions.assertThatIOException;

class FileJournalTest {
    private static final Table TABLE = new Table("animals");
    private static final Bytes CAT = Bytes.utf8("cat");

    @TempDir
    Path directory;

    /** What every store must do, with so many partitions. */
    private abstract class Contract extends KeyValueStoreContract {
        private final int partitions;
        private final Map<KeyValueStore, Path> files = new HashMap<>();

        Contract(int partitions) {
            this.partitions = partitions;
        }

        @Override
        protected KeyValueStore newStore() {
            return of(directory.resolve("journal-" + files.size()));
        }

        @Override
        protected KeyValueStore reopened(KeyValueStore closed) {
            return of(files.get(closed));
        }

        private KeyValueStore of(Path file) {
            KeyValueStore store = JournalStorage.on(new FileJournal(file), partitions);
            files.put(store, file);
            return store;
        }
    }

    @Nested
    class WithOnePartition extends Contract {
        WithOnePartition() {
            super(1);
        }
    }

    @Nested
    class WithSevenPartitions extends Contract {
        WithSevenPartitions() {
            super(7);
        }
    }

    @Test
    void cutsOffWhatACrashLeftUnfinished() throws Exception {
        byte[] whole = fileOfTwoBatches();
        int first = frameEnd(whole);

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
    void cutsOffWhatAPowerCutLeftOfTheLastFrame() throws Exception {
        byte[] whole = fileOfTwoBatches();

        for (int at = frameEnd(whole); at < whole.length; at++) {
            byte[] lost = whole.clone();
            Arrays.fill(lost, at, whole.length, (byte) 0); // its length was written, its content not
            Files.write(file(), lost);

            try (KeyValueStore store = open()) {
                assertThat(get(store, CAT)).contains(new Entry(CAT, Bytes.utf8("meow"), 1));
            }
        }
    }

    @Test
    void opensNothingThatIsDamagedBeforeItsEnd() throws Exception {
        byte[] whole = fileOfTwoBatches();

        for (int at = 0; at < frameEnd(whole); at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(file(), damaged);

            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(this::open)
                    .matches(e -> e.kind() == Kind.DAMAGED)
                    .withMessageContaining("offset=0");
            assertThat(Files.readAllBytes(file())).isEqualTo(damaged);
        }
    }

    @Test
    void hasWhatReplacedTheRestAndWhatCameLater() throws Exception {
        FileJournal journal = new FileJournal(file());
        journal.open(record -> {});
        journal.append(List.of(Bytes.utf8("gone"), Bytes.utf8("gone, too")));

        journal.replace(List.of(Bytes.utf8("a"), Bytes.utf8("b")).iterator());
        journal.append(List.of(Bytes.EMPTY, Bytes.utf8("c")));
        journal.close();

        assertThat(records()).containsExactly(Bytes.utf8("a"), Bytes.utf8("b"), Bytes.EMPTY, Bytes.utf8("c"));
    }

    @Test
    void hasWhatItHadWhenItCouldNotBeReplaced() throws Exception {
        FileJournal journal = new FileJournal(file());
        journal.open(record -> {});
        journal.append(List.of(Bytes.utf8("a")));
        Files.createDirectory(directory.resolve("journal.new"));

        Iterator<Bytes> records = List.of(Bytes.utf8("other")).iterator();
        assertThatIOException().isThrownBy(() -> journal.replace(records));

        journal.append(List.of(Bytes.utf8("b")));
        journal.close();
        assertThat(records()).containsExactly(Bytes.utf8("a"), Bytes.utf8("b"));
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
        Path nowhere = directory.resolve("missing").resolve("journal");

        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(
                        () -> await(JournalStorage.on(new FileJournal(nowhere)).open()))
                .matches(e -> e.kind() == Kind.IO)
                .withMessageContaining(nowhere.toString());
    }

    private byte[] fileOfTwoBatches() throws Exception {
        try (KeyValueStore store = open()) {
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("meow")));
            commit(store, batch().put(TABLE, CAT, Bytes.utf8("purr")));
        }
        return Files.readAllBytes(file());
    }

    private List<Bytes> records() throws IOException {
        List<Bytes> records = new ArrayList<>();
        try (FileJournal journal = new FileJournal(file())) {
            journal.open(records::add);
        }
        return records;
    }

    private Path file() {
        return directory.resolve("journal");
    }

    /** Where the first frame ends. */
    private static int frameEnd(byte[] journal) {
        return 12 + ByteBuffer.wrap(journal).getInt();
    }

    private KeyValueStore open() throws Exception {
        KeyValueStore store = JournalStorage.on(new FileJournal(file()));
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
