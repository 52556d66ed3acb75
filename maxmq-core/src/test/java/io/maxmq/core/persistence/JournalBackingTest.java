package io.maxmq.core.persistence;

import io.maxmq.core.persistence.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.Journal;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.ManualExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class JournalBackingTest {
    private static final Table TABLE = new Table("table");

    private final ManualExecutor executor = new ManualExecutor();
    private final RecordingJournal journal = new RecordingJournal();

    @Test
    void writesWhatWaitsAtOnce() {
        MemoryKeyValueStore store = open(journal, 7);
        List<CompletionStage<CommitResult>> commits = new ArrayList<>();

        for (int shard = 0; shard < 256; shard++) {
            commits.add(store.commit(put(shard)));
        }
        executor.runAll();

        assertThat(commits).allMatch(commit -> commit.toCompletableFuture().isDone());
        assertThat(journal.appends).isEqualTo(1);
        assertThat(journal.records).hasSize(256);
    }

    @Test
    void showsNothingThatTheJournalHasNotTaken() {
        MemoryKeyValueStore store = open(journal, 1);
        journal.failAppendAfter = 1;

        CompletionStage<CommitResult> commit = store.commit(put(1));

        StorageException failure = failure(commit);
        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).hasMessageContaining("RecordingJournal").hasRootCauseMessage("the test says so");
        assertThat(get(store, 1)).isEmpty();
        assertThat(store.figures().memoryBytes()).isZero();
        run(store.commit(put(1)));
        assertThat(get(store, 1)).contains(new Entry(key(1), Bytes.EMPTY, 1));
    }

    @Test
    void passesOnWhatTheJournalSaysOfItsFailure() {
        Journal full = new Forwarding(journal) {
            @Override
            public void append(List<Bytes> records) {
                throw new StorageException(Kind.FULL, "no space");
            }
        };
        MemoryKeyValueStore store = open(full, 1);

        assertThat(failure(store.commit(put(1))).kind()).isEqualTo(Kind.FULL);
    }

    @Test
    void opensWithAnotherNumberOfPartitions() {
        MemoryKeyValueStore seven = open(journal, 7);
        List<Optional<Entry>> written = new ArrayList<>();
        for (int shard = 0; shard < 256; shard++) {
            run(seven.commit(put(shard)));
            run(seven.commit(put(0)));
            written.add(get(seven, shard));
        }
        seven.close();

        MemoryKeyValueStore three = open(journal.copy(), 3);

        for (int shard = 1; shard < 256; shard++) {
            assertThat(get(three, shard)).isEqualTo(written.get(shard)).isPresent();
            long version = ((CommitResult.Committed) run(three.commit(put(shard)))).version();
            assertThat(version).isGreaterThan(256); // above that of shard 0, whose partition it may be in now
        }
    }

    @Test
    void isWrittenAnewWhenMoreHasBeenAddedThanThereIs() {
        MemoryKeyValueStore store = open(journal, 1, 1_000);

        for (int i = 0; i < 1_000; i++) {
            run(store.commit(put(1)));
        }

        assertThat(journal.replaced).isBetween(10, 100);
        assertThat(journal.records).hasSizeLessThan(50);
        MemoryKeyValueStore again = open(journal.copy(), 1);
        assertThat(get(again, 1)).contains(new Entry(key(1), Bytes.EMPTY, 1_000));
        assertThat(((CommitResult.Committed) run(again.commit(put(1)))).version())
                .isEqualTo(1_001);
    }

    @Test
    void opensNoJournalThatHasLostChangedDoubledOrMixedUpARecord() {
        MemoryKeyValueStore store = open(journal, 1);
        for (int i = 0; i < 3; i++) {
            run(store.commit(put(1)));
        }

        RecordingJournal lost = journal.copy();
        lost.records.remove(1);
        RecordingJournal changed = journal.copy();
        byte[] bytes = changed.records.get(1).toArray();
        bytes[bytes.length - 1] ^= 1;
        changed.records.set(1, Bytes.wrap(bytes));
        RecordingJournal doubled = journal.copy();
        doubled.records.add(1, doubled.records.get(1));
        RecordingJournal mixedUp = journal.copy();
        Collections.swap(mixedUp.records, 1, 2);

        for (RecordingJournal each : List.of(lost, changed, doubled, mixedUp)) {
            StorageException failure = failure(store(each, 1, 1_000_000).open());
            assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
            assertThat(each.closed).isEqualTo(1);
        }
    }

    @Test
    void closesTheJournalOnceIfItWasOpened() {
        MemoryKeyValueStore store = open(journal, 1);
        store.close();
        store.close();
        assertThat(journal.closed).isEqualTo(1);

        store(journal, 1, 1).close();
        assertThat(journal.closed).isEqualTo(1);
    }

    private MemoryKeyValueStore open(Journal behind, int partitions) {
        return open(behind, partitions, 1_000_000);
    }

    private MemoryKeyValueStore open(Journal behind, int partitions, long slackBytes) {
        MemoryKeyValueStore store = store(behind, partitions, slackBytes);
        run(store.open());
        return store;
    }

    private MemoryKeyValueStore store(Journal behind, int partitions, long slackBytes) {
        return new MemoryKeyValueStore(
                executor, Settings.DEFAULTS.withPartitions(partitions), new JournalBacking(behind, slackBytes));
    }

    private <T> T run(CompletionStage<T> stage) {
        executor.runAll();
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private StorageException failure(CompletionStage<?> stage) {
        executor.runAll();
        CompletableFuture<?> future = stage.toCompletableFuture();
        assertThat(future).isCompletedExceptionally();
        return (StorageException)
                catchThrowableOfType(CompletionException.class, future::join).getCause();
    }

    private Optional<Entry> get(MemoryKeyValueStore store, int shard) {
        return run(store.get(TABLE, key(shard), Consistency.LOCAL));
    }

    private static Bytes key(int shard) {
        return ShardedKey.encode(shard, "", Bytes.EMPTY);
    }

    private static Batch put(int shard) {
        return Batch.builder(shard).put(TABLE, key(shard), Bytes.EMPTY).build();
    }

    /** As another one, but for what a test says. */
    private static class Forwarding implements Journal {
        private final Journal other;

        Forwarding(Journal other) {
            this.other = other;
        }

        @Override
        public void open(Consumer<Bytes> records) throws IOException {
            other.open(records);
        }

        @Override
        public void append(List<Bytes> records) throws IOException {
            other.append(records);
        }

        @Override
        public void replace(Iterator<Bytes> records) throws IOException {
            other.replace(records);
        }

        @Override
        public void close() throws IOException {
            other.close();
        }
    }
}
