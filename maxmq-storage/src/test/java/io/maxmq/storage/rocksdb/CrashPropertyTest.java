package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.CommitResult.Committed;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterProperty;

import static io.maxmq.storage.rocksdb.StoreHarness.await;
import static io.maxmq.storage.rocksdb.StoreHarness.everything;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.log;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is written, and however often the store is closed, killed or loses the end of its log: what is there again is the
 * state after one of the batches, and after all that were acknowledged when nothing was torn.
 */
class CrashPropertyTest {

    private final List<Path> made = new CopyOnWriteArrayList<>(); // a run that fails is repeated on another thread

    @AfterProperty
    void deleteDirectories() throws IOException {
        for (Path directory : made) {
            StoreDirectory.deleteAll(directory);
        }
    }

    /** One step of a run. */
    sealed interface Step {
        /** Several batches, submitted without waiting for one another. */
        record Write(List<Change> changes) implements Step {}

        record Reopen() implements Step {}

        /** The directory as it is, opened elsewhere: as after the process was killed. */
        record Kill() implements Step {}

        /** As {@link Kill}, and the log has lost so many bytes at its end. */
        record Tear(int bytes) implements Step {}
    }

    /** One batch. */
    record Change(int number, int length, boolean deletesBehind) {
        Batch batch() {
            Batch.Builder batch = Batch.builder(1).put(StoreHarness.TABLE, key(number), value());
            return deletesBehind
                    ? batch.deleteRange(StoreHarness.TABLE, new KeyRange(key(number + 1), key(number + 5)))
                            .build()
                    : batch.build();
        }

        private Bytes value() {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) (1 + number));
            return Bytes.wrap(bytes);
        }

        void applyTo(TreeMap<Bytes, Bytes> model) {
            model.put(key(number), value());
            if (deletesBehind) {
                model.subMap(key(number + 1), key(number + 5)).clear();
            }
        }
    }

    @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
    void comesBackWithAStateThatItHad(@ForAll("steps") List<Step> steps) throws IOException {
        Run run = new Run(Files.createTempDirectory("rocks-crash"));
        made.add(run.root);
        try {
            for (Step step : steps) {
                run.step(step);
            }
        } finally {
            run.store.close();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Change> changes = Combinators.combine(
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.of(0, 10, 1_000, 40_000),
                        Arbitraries.of(true, false, false))
                .as(Change::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(6, changes.list().ofMinSize(1).ofMaxSize(20).map(Step.Write::new)),
                        Tuple.of(1, Arbitraries.just(new Step.Reopen())),
                        Tuple.of(1, Arbitraries.just(new Step.Kill())),
                        Tuple.of(1, Arbitraries.integers().between(1, 100_000).map(Step.Tear::new)))
                .map(step -> (Step) step)
                .list()
                .ofMinSize(3)
                .ofMaxSize(15);
    }

    private static final class Run {
        final Path root;
        private int directories;
        private Path directory;
        RocksStore store;

        /** What the table was after each batch, the first one before all. */
        private final List<TreeMap<Bytes, Bytes>> states = new ArrayList<>(List.of(new TreeMap<>()));

        private long version;

        Run(Path root) {
            this.root = root;
            open(root.resolve("0"));
        }

        private void open(Path path) {
            directory = path;
            store = StoreHarness.open(new RocksStore(StoreSettings.of(path).withDurability(Durability.OS)));
        }

        void step(Step step) throws IOException {
            if (step instanceof Step.Write write) {
                write(write.changes());
            } else if (step instanceof Step.Reopen) {
                store.close();
                open(directory);
                assertThat(everything(store)).isEqualTo(states.get(states.size() - 1));
            } else if (step instanceof Step.Kill) {
                kill(0);
                assertThat(everything(store)).isEqualTo(states.get(states.size() - 1));
            } else {
                kill(((Step.Tear) step).bytes());
                TreeMap<Bytes, Bytes> found = everything(store);
                assertThat(states).contains(found);
                states.subList(states.lastIndexOf(found) + 1, states.size()).clear();
                version = 0; // those of lost batches may come again
            }
        }

        private void write(List<Change> changes) {
            List<CompletionStage<CommitResult>> stages = new ArrayList<>();
            for (Change change : changes) {
                stages.add(store.commit(change.batch()));
                TreeMap<Bytes, Bytes> next = new TreeMap<>(states.get(states.size() - 1));
                change.applyTo(next);
                states.add(next);
            }
            for (CompletionStage<CommitResult> stage : stages) {
                long next = ((Committed) await(stage)).version();
                assertThat(next).isGreaterThan(version);
                version = next;
            }
            assertThat(everything(store)).isEqualTo(states.get(states.size() - 1));
        }

        private void kill(int tornBytes) throws IOException {
            Path copy = root.resolve("" + ++directories);
            StoreHarness.copy(store, directory, copy);
            store.close();
            StoreDirectory.deleteAll(directory);
            if (tornBytes > 0) {
                Files.deleteIfExists(copy.resolve(LogClaim.FILE)); // which may have what is torn off here
                byte[] bytes = Files.readAllBytes(log(copy));
                Files.write(log(copy), Arrays.copyOf(bytes, Math.max(0, bytes.length - tornBytes)));
            }
            open(copy);
        }
    }
}
