package io.maxmq.storage.inspect;

import io.maxmq.core.persistence.DamagedRecordException;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.TableWalk;
import io.maxmq.storage.RocksDbStorage;
import io.maxmq.storage.rocksdb.DamagedDirectory;
import io.maxmq.storage.rocksdb.RocksStore;
import io.maxmq.storage.rocksdb.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a directory of what can still be read of a damaged one, which is locked meanwhile. The damaged database is copied
 * first, and is changed by nothing but a new place at the end: {@code DIR.damaged}. What is lost is said: what is behind a damage in the log, blocks that cannot be
 * read, records that do not match their checksums.
 */
public final class Repair {
    private static final int ENTRIES_PER_BATCH = 500;

    private final Path directory;
    private final Path kept;
    private final Path copy;
    private final Path repaired;
    private final Report report;
    private long entries;
    private long lost;

    public Repair(Path directory, Report report) {
        this.directory = directory.toAbsolutePath().normalize();
        this.report = report;
        this.kept = sibling(".damaged");
        this.copy = sibling(".copy");
        this.repaired = sibling(".repaired");
    }

    private Path sibling(String suffix) {
        return directory.resolveSibling(directory.getFileName() + suffix);
    }

    /**
     * @throws IllegalArgumentException when something is in the way
     * @throws IOException when files cannot be copied or renamed
     */
    public void run() throws IOException {
        try (DamagedDirectory damaged = DamagedDirectory.enter(directory)) {
            if (damaged.isBeingReplaced()) {
                damaged.replaceBy(repaired, kept);
                report.line("went on with a repair that was interrupted; what was damaged is in %s", kept);
                return;
            }
            for (Path each : List.of(kept, copy, repaired)) {
                if (Files.exists(each)) {
                    throw new IllegalArgumentException("in the way, remove it first: " + each);
                }
            }
            copyReadable(damaged);
            damaged.replaceBy(repaired, kept);
        }
        report.line("repaired: %d entries, %d lost; what was damaged is in %s", entries, lost, kept);
    }

    private void copyReadable(DamagedDirectory damaged) throws IOException {
        try {
            damaged.copyTo(copy);
            long cut = DamagedDirectory.cutLog(copy);
            if (cut > 0) {
                report.line("cut off the log behind its damage: %d bytes", cut);
            }
            copyReadable();
        } catch (IOException | RuntimeException e) {
            DamagedDirectory.delete(repaired);
            throw e;
        } finally {
            DamagedDirectory.delete(copy);
        }
    }

    private void copyReadable() {
        try (RocksStore from = new RocksStore(Settings.of(copy).salvaging());
                RocksDbStorage to = RocksDbStorage.at(repaired)) {
            Stored.join(from.open());
            Stored.join(to.open());
            for (Table table : Stored.tables(from)) {
                for (int partition = 0; partition < from.partitions().count(); partition++) {
                    copy(from, to, table, partition);
                }
            }
        }
    }

    private void copy(KeyValueStore from, KeyValueStore to, Table table, int partition) {
        List<Entry> batch = new ArrayList<>();
        new TableWalk(from, table, partition)
                .run(
                        entry -> {
                            if (isSound(table, entry)) {
                                add(to, table, batch, entry);
                            }
                        },
                        (cause, after, until) -> {
                            lost++;
                            report.line(
                                    "lost: %s, between %s and %s: %s",
                                    table,
                                    after == null ? "the beginning" : Stored.owner(after),
                                    until == null ? "the end" : "key " + until,
                                    cause.getMessage());
                        });
        commit(to, table, batch);
    }

    private boolean isSound(Table table, Entry entry) {
        try {
            Stored.text(table, entry);
            return true;
        } catch (DamagedRecordException damaged) {
            lost++;
            report.line("lost: %s, of %s", damaged.getMessage(), Stored.owner(entry.key()));
            return false;
        }
    }

    private void add(KeyValueStore to, Table table, List<Entry> batch, Entry entry) {
        boolean another = !batch.isEmpty()
                && (batch.size() >= ENTRIES_PER_BATCH
                        || ShardedKey.shardOf(batch.get(0).key()) != ShardedKey.shardOf(entry.key()));
        if (another) {
            commit(to, table, batch);
        }
        batch.add(entry);
    }

    private void commit(KeyValueStore to, Table table, List<Entry> entriesOfShard) {
        if (entriesOfShard.isEmpty()) {
            return;
        }
        Batch.Builder batch =
                Batch.builder(ShardedKey.shardOf(entriesOfShard.get(0).key()));
        entriesOfShard.forEach(each -> batch.put(table, each.key(), each.value()));
        entries += entriesOfShard.size();
        entriesOfShard.clear();
        Stored.join(to.commit(batch.build()));
    }
}
