package io.maxmq.core.persistence;

import io.maxmq.core.persistence.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Page;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.ManualExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is written, and however often the journal fails or the process is killed: what is there again is the state after all
 * batches that were acknowledged, or also after some of those that failed just before the end.
 */
class JournalBackingPropertyTest {
    private static final Table TABLE = new Table("table");
    private static final long SLACK_BYTES = 400; // written anew after a few batches

    /** One step of a run. */
    sealed interface Step {
        /** Batches that wait together. */
        record Write(List<Batch> batches) implements Step {}

        /** The same, and the journal fails at this record of them. */
        record WriteAndFail(List<Batch> batches, int atRecord) implements Step {}

        /** What is written anew next fails: after it has happened, or before. */
        record FailReplacement(boolean afterwards) implements Step {}

        record RestoreItself() implements Step {}

        /** The journal loses a part of what it has not acknowledged, and another store opens it. */
        record Kill(int kept) implements Step {}
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void keepsWhatIsAcknowledged(@ForAll("runs") List<Step> steps) {
        new Run().all(steps);
    }

    private static final class Run {
        private final ManualExecutor executor = new ManualExecutor();
        private RecordingJournal journal = new RecordingJournal();
        private MemoryKeyValueStore store = opened();
        private PartitionState model = PartitionState.EMPTY;

        /** After each record of those that failed last, as far as they have one. */
        private List<PartitionState> possible = List.of();

        void all(List<Step> steps) {
            for (Step step : steps) {
                if (step instanceof Step.Write write) {
                    write(write.batches());
                } else if (step instanceof Step.WriteAndFail write) {
                    journal.failAppendAfter = write.atRecord();
                    write(write.batches());
                    journal.failAppendAfter = -1;
                } else if (step instanceof Step.FailReplacement fail) {
                    journal.failReplacement = true;
                    journal.replaceThoughFailing = fail.afterwards();
                } else if (step instanceof Step.RestoreItself) {
                    restore();
                } else {
                    kill(((Step.Kill) step).kept());
                }
                assertThat(entries()).isEqualTo(entriesOf(model));
            }
            kill(0);
            assertThat(entries()).isEqualTo(entriesOf(model));
        }

        private MemoryKeyValueStore opened() {
            MemoryKeyValueStore opened =
                    new MemoryKeyValueStore(executor, Settings.DEFAULTS, new JournalBacking(journal, SLACK_BYTES));
            run(opened.open().toCompletableFuture());
            return opened;
        }

        private void write(List<Batch> batches) {
            List<CompletableFuture<CommitResult>> results = new ArrayList<>();
            batches.forEach(batch -> results.add(store.commit(batch).toCompletableFuture()));
            executor.runAll();
            List<PartitionState> after = new ArrayList<>();
            PartitionState state = model;
            for (Batch batch : batches) {
                PartitionState.Applied applied = state.apply(batch);
                state = applied.state();
                if (applied.result() instanceof CommitResult.Committed) {
                    after.add(state);
                }
            }
            assertThat(results).allMatch(CompletableFuture::isDone);
            boolean failed = results.get(0).isCompletedExceptionally(); // they are one group
            assertThat(results).allMatch(result -> result.isCompletedExceptionally() == failed);
            if (failed) {
                possible = after;
            } else {
                model = state;
            }
        }

        private void restore() {
            var snapshot = run(store.snapshot().toCompletableFuture()).join();
            boolean restored =
                    !run(store.restore(snapshot).toCompletableFuture()).isCompletedExceptionally();
            if (restored) {
                model = new PartitionState(model.version() + 1, model.tables());
            }
        }

        private void kill(int kept) {
            int size = Math.min(journal.records.size(), journal.acknowledged + kept);
            journal.records.subList(size, journal.records.size()).clear();
            if (size > journal.acknowledged) {
                model = possible.get(size - journal.acknowledged - 1);
            }
            journal = journal.copy();
            store = opened();
            // A restoration that has failed, and has happened all the same, has taken one.
            assertThat(page().version()).isGreaterThanOrEqualTo(model.version());
            model = new PartitionState(page().version(), model.tables());
        }

        private List<Entry> entries() {
            Page page = page();
            assertThat(page.last()).isTrue();
            return page.entries();
        }

        private Page page() {
            return run(store.scan(Scan.of(TABLE, 0)).next().toCompletableFuture())
                    .join();
        }

        private static List<Entry> entriesOf(PartitionState state) {
            return state.page(Scan.of(TABLE, 0), KeyRange.ALL).page().entries();
        }

        private <T> CompletableFuture<T> run(CompletableFuture<T> stage) {
            executor.runAll();
            assertThat(stage).isDone();
            return stage;
        }
    }

    @Provide
    Arbitrary<List<Step>> runs() {
        Arbitrary<List<Batch>> batches = batches().list().ofMinSize(1).ofMaxSize(4);
        return Arbitraries.<Step>frequencyOf(
                        Tuple.of(8, batches.map(Step.Write::new)),
                        Tuple.of(
                                2,
                                batches.flatMap(some -> Arbitraries.integers()
                                        .between(0, 4)
                                        .map(at -> new Step.WriteAndFail(some, at)))),
                        Tuple.of(1, Arbitraries.of(true, false).map(Step.FailReplacement::new)),
                        Tuple.of(1, Arbitraries.just(new Step.RestoreItself())),
                        Tuple.of(2, Arbitraries.integers().between(0, 4).map(Step.Kill::new)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    /** Put, add, delete and the rest, on few keys of one shard. */
    private static Arbitrary<Batch> batches() {
        Arbitrary<Bytes> keys =
                Arbitraries.integers().between(0, 3).map(i -> Bytes.wrap(new byte[] {7, (byte) (int) i}));
        Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 6);
        return kinds.flatMap(kind ->
                keys.flatMap(key -> Arbitraries.integers().between(-2, 2).map(number -> batch(kind, key, number))));
    }

    private static Batch batch(int kind, Bytes key, int number) {
        Batch.Builder batch = Batch.builder(7);
        Bytes counter = Bytes.wrap(new byte[] {7, 9});
        return switch (kind) {
            case 0, 1 -> batch.put(TABLE, key, Bytes.ofLong(number)).build();
            case 2 ->
                batch.add(TABLE, counter, number).put(TABLE, key, Bytes.EMPTY).build();
            case 3 -> batch.delete(TABLE, key).add(TABLE, counter, -number).build();
            case 4 ->
                batch.deleteRange(
                                TABLE,
                                new KeyRange(key, number < 0 ? KeyRange.shard(7).to() : counter))
                        .build();
            case 5 ->
                batch.requireAbsent(TABLE, key).put(TABLE, key, Bytes.ofLong(9)).build();
            default -> batch.build();
        };
    }
}
