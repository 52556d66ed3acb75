package io.maxmq.storage.inspect;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.TableWalk;
import io.maxmq.storage.RocksDbStorage;
import io.maxmq.storage.rocksdb.DamagedDirectory;
import io.maxmq.storage.rocksdb.LogCut;
import io.maxmq.storage.rocksdb.RocksStore;
import io.maxmq.storage.rocksdb.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a directory of what can still be read of a damaged one, which is locked meanwhile. The damaged database is copied
 * first, and is changed by nothing but a new place at the end: {@code DIR.damaged}. The report names each loss: log files
 * that are missing, the parts of the log behind a damage, ranges of a table that cannot be read, records that do not match
 * their checksums. Only the last can be counted; the report says so of the others.
 */
public final class Repair {
    private static final int ENTRIES_PER_BATCH = 500;

    private final Path directory;
    private final Path kept;
    private final Path copy;
    private final Path repaired;
    private final InspectionReport report;
    private long copied;
    private long damagedRecords;
    private int unreadableRanges;
    private int logLosses;

    public Repair(Path directory, InspectionReport report) {
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
        report.line("repaired: %s; the damaged database is in %s", summary(), kept);
    }

    /** Never a total of lost records where a loss cannot be counted. */
    private String summary() {
        String counted = copied + " records copied, " + damagedRecords + " damaged records left out";
        return unreadableRanges + logLosses == 0
                ? counted
                : counted + ", and an unknown number of records lost: " + unreadableRanges + " unreadable ranges, "
                        + logLosses + " losses of the log";
    }

    private void copyReadable(DamagedDirectory damaged) throws IOException {
        try {
            damaged.copyTo(copy);
            for (String missing : DamagedDirectory.missingLogs(copy)) {
                logLosses++;
                report.line("lost: %s; the number of lost records cannot be told", inDirectory(missing));
            }
            for (LogCut cut : DamagedDirectory.cutLog(copy)) {
                logLosses++;
                report.line(
                        "lost: the log was cut at its damage, the number of records behind the cut cannot be told:"
                                + " file=%s, offset=%d, bytes=%d",
                        inDirectory(cut.file().toString()), cut.offset(), cut.bytes());
            }
            copyReadable();
        } catch (IOException | RuntimeException e) {
            DamagedDirectory.delete(repaired);
            throw e;
        } finally {
            DamagedDirectory.delete(copy);
        }
    }

    /** With the path that the operator knows: the copy is gone at the end. */
    private String inDirectory(String text) {
        return text.replace(copy.toString(), directory.toString());
    }

    private void copyReadable() {
        try (RocksStore from = new RocksStore(StoreSettings.of(copy).salvaging());
                RocksDbStorage to = RocksDbStorage.at(repaired)) {
            StoreContents.join(from.open());
            StoreContents.join(to.open());
            for (Table table : StoreContents.tables(from)) {
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
                            unreadableRanges++;
                            report.line(
                                    "lost: %s, an unknown number of records between %s and %s: %s",
                                    table,
                                    after == null ? "the beginning" : StoreContents.owner(after),
                                    until == null ? "the end" : "key " + until,
                                    inDirectory(String.valueOf(cause.getMessage())));
                        });
        commit(to, table, batch);
    }

    private boolean isSound(Table table, Entry entry) {
        try {
            StoreContents.text(table, entry);
            return true;
        } catch (DamagedRecordException damaged) {
            damagedRecords++;
            report.line("lost: %s, of %s", damaged.getMessage(), StoreContents.owner(entry.key()));
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
        copied += entriesOfShard.size();
        entriesOfShard.clear();
        StoreContents.join(to.commit(batch.build()));
    }
}
