package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Change;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.PLANTS;
import static io.maxmq.spi.storage.tck.StoreDriver.await;
import static io.maxmq.spi.storage.tck.StoreDriver.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

/** A store and its model side by side; every step is done with both and compared. */
final class StoreRun implements AutoCloseable {

    private final KeyValueStore store;
    private final StoreDriver driver;

    private StoreModel model = new StoreModel();
    private final long[] versions;

    /** What each partition's batches changed, by version, since the last restoration. */
    private final List<TreeMap<Long, Map<Table, List<Change>>>> history = new ArrayList<>();

    private OpenCursor cursor;
    private final List<Taken> snapshots = new ArrayList<>();
    private final List<OpenWatch> watches = new ArrayList<>();

    private static final class OpenCursor {
        final Scan scan;
        final Cursor cursor;
        List<Entry> remaining; // null before the first page
        long version;

        OpenCursor(Scan scan, Cursor cursor) {
            this.scan = scan;
            this.cursor = cursor;
        }
    }

    private record Taken(Snapshot snapshot, StoreModel model, List<Long> versions) {}

    private record OpenWatch(Table table, int partition, long from, RecordingHandler handler, Watch watch) {}

    StoreRun(KeyValueStore store) {
        this.store = store;
        driver = new StoreDriver(store);
        await(store.open());
        versions = new long[store.partitions().count()];
        for (int i = 0; i < versions.length; i++) {
            history.add(new TreeMap<>());
        }
    }

    int partitionOf(int shard) {
        return store.partitions().ofShard(shard);
    }

    /** Of the entry, or of its partition when there is none. */
    long versionOf(Table table, Bytes key) {
        Entry entry = model.table(table).get(key);
        return entry == null ? versions[store.partitions().ofKey(key)] : entry.version();
    }

    void commit(Batch batch) {
        int partition = partitionOf(batch.shard());
        CompletionStage<CommitResult> stage = store.commit(batch);
        if (model.outcome(batch, 0) instanceof StoreModel.Outcome.Failed failed) {
            assertThat(awaitFailure(stage).kind()).isEqualTo(failed.kind());
            return;
        }
        CommitResult result = await(stage);
        long version = result instanceof CommitResult.Committed committed ? committed.version() : 0;
        StoreModel.Outcome outcome = model.outcome(batch, version);
        if (outcome instanceof StoreModel.Outcome.Applied applied) {
            assertThat(result).isEqualTo(applied.result());
            assertThat(version).isGreaterThan(versions[partition]);
            versions[partition] = version;
            model = applied.model();
            history.get(partition).put(version, applied.changes());
        } else {
            assertThat(result).isEqualTo(((StoreModel.Outcome.Refused) outcome).result());
        }
    }

    void read(Table table, Bytes key) {
        assertThat(driver.get(table, key).orElse(null))
                .isEqualTo(model.table(table).get(key));
    }

    void openCursor(Scan scan) {
        if (scan.reverse() && !store.capabilities().has(Feature.REVERSE_SCAN)) {
            return;
        }
        if (cursor != null) {
            cursor.cursor.close();
        }
        cursor = new OpenCursor(scan, store.scan(scan));
    }

    void nextPage() {
        if (cursor == null) {
            return;
        }
        Scan scan = cursor.scan;
        if (cursor.remaining == null) {
            cursor.version = versions[scan.partition()];
            List<Entry> expected = new ArrayList<>(entriesOf(model, scan));
            if (scan.reverse()) {
                Collections.reverse(expected);
            }
            cursor.remaining = expected;
        }
        EntryPage page = await(cursor.cursor.next());
        List<Entry> entries = page.entries();
        assertThat(page.version()).isEqualTo(cursor.version);
        assertThat(entries).hasSizeLessThanOrEqualTo(Math.min(scan.maxPageEntries(), cursor.remaining.size()));
        assertThat(entries).isEqualTo(cursor.remaining.subList(0, entries.size()));
        int bytesBeforeLast = entries.stream()
                .limit(Math.max(0, entries.size() - 1))
                .mapToInt(Entry::sizeBytes)
                .sum();
        assertThat(bytesBeforeLast).isLessThan(scan.maxPageBytes());
        cursor.remaining = cursor.remaining.subList(entries.size(), cursor.remaining.size());
        if (page.last()) {
            assertThat(cursor.remaining).isEmpty();
        } else {
            assertThat(entries).isNotEmpty();
        }
    }

    private List<Entry> entriesOf(StoreModel of, Scan scan) {
        return of.entries(scan.table(), scan.range()).stream()
                .filter(entry -> store.partitions().ofKey(entry.key()) == scan.partition())
                .toList();
    }

    /** Does nothing if the store has no snapshots. */
    void takeSnapshot() {
        if (!store.capabilities().has(Feature.SNAPSHOT)) {
            return;
        }
        snapshots.add(new Taken(
                await(store.snapshot()), model, Arrays.stream(versions).boxed().toList()));
    }

    void readSnapshots() {
        for (Taken taken : snapshots) {
            for (int partition = 0; partition < versions.length; partition++) {
                assertThat(taken.snapshot.version(partition)).isEqualTo(taken.versions.get(partition));
                for (Table table : List.of(ANIMALS, PLANTS)) {
                    Scan scan = Scan.of(table, partition);
                    assertThat(StoreDriver.entries(taken.snapshot.scan(scan))).isEqualTo(entriesOf(taken.model, scan));
                }
            }
        }
    }

    /** Does nothing if there is no snapshot or the store cannot restore one. */
    void restoreLastSnapshot() {
        if (snapshots.isEmpty() || !store.capabilities().has(Feature.RESTORE)) {
            return;
        }
        checkWatches();
        Taken taken = snapshots.get(snapshots.size() - 1);

        await(store.restore(taken.snapshot));

        model = taken.model;
        for (int partition = 0; partition < versions.length; partition++) {
            long version = await(store.scan(Scan.of(ANIMALS, partition)).next()).version();
            assertThat(version).isGreaterThan(versions[partition]);
            versions[partition] = version;
            history.get(partition).clear();
        }
        for (OpenWatch open : watches) {
            assertThat(open.handler.awaitEnd().kind()).isEqualTo(Kind.RESTORED);
        }
        watches.clear();
        if (cursor != null) {
            cursor.cursor.close(); // may fail from now on, or not
            cursor = null;
        }
        snapshots.forEach(old -> old.snapshot.close());
        snapshots.clear();
    }

    /**
     * Does nothing if the store has no watches.
     *
     * @param ahead of the version to come, backwards when negative as far as the history goes; 0 is NOW
     */
    void openWatch(Table table, int partition, int ahead) {
        if (!store.capabilities().has(Feature.WATCH)) {
            return;
        }
        TreeMap<Long, Map<Table, List<Change>>> past = history.get(partition);
        long next = versions[partition] + 1;
        long oldest = past.isEmpty() ? next : past.firstKey();
        long from = ahead == 0 ? next : Math.max(oldest, next + ahead);
        RecordingHandler handler = new RecordingHandler();
        Watch watch = store.watch(table, partition, ahead == 0 ? Watch.NOW : from, handler);
        watches.add(new OpenWatch(table, partition, from, handler, watch));
    }

    /** Waits until every watch has told what it must, without closing it; then it has no more to tell. */
    private void checkWatches() {
        for (OpenWatch open : watches) {
            List<ChangeSet> expected = new ArrayList<>();
            history.get(open.partition).tailMap(open.from, true).forEach((version, changes) -> {
                if (changes.containsKey(open.table)) {
                    expected.add(new ChangeSet(version, changes.get(open.table)));
                }
            });
            List<ChangeSet> told = new ArrayList<>();
            while (told.size() < expected.size()) {
                told.add(open.handler.awaitChanges());
            }
            assertThat(told).isEqualTo(expected);
        }
    }

    /** Compares everything once more. Nothing but {@link #close()} may follow. */
    void finish() {
        readSnapshots();
        for (Table table : List.of(ANIMALS, PLANTS)) {
            for (int partition = 0; partition < versions.length; partition++) {
                Scan scan = Scan.of(table, partition);
                assertThat(driver.entries(scan)).isEqualTo(entriesOf(model, scan));
            }
        }
        checkWatches();
        store.close();
        for (OpenWatch open : watches) {
            assertThat(open.handler.awaitEnd().kind()).isEqualTo(Kind.CLOSED); // and nothing was told besides
        }
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.cursor.close();
        }
        snapshots.forEach(taken -> taken.snapshot.close());
        watches.forEach(open -> open.watch.close());
    }
}
