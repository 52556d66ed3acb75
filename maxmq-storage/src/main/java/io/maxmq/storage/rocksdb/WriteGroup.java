package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Batches on their way into one write: each is evaluated against the database and the batches before it, and encoded when it
 * is to be applied. Nothing is written here. Used once, by the writer.
 */
final class WriteGroup {

    private final Database database;
    private final GroupEncoder encoder;
    private final ReadValues lookedAt = new ReadValues();
    private final int[] partitions;
    private final @Nullable StorageException shortage;

    /** By partition, after the batches so far. */
    private final long[] versions;

    /** Of the last change: most that follow one another are of one table, and to ask costs a call into native code. */
    private @Nullable Table lastTable;

    private int lastFamily;

    private final List<Outcome> outcomes = new ArrayList<>();
    private int applied;
    private int mutations;
    private int refused;

    /**
     * The result of a batch after its group was written.
     *
     * @param result or null when it failed
     * @param failure or null when it did not
     */
    record Outcome(
            WriterTask.Commit commit,
            int partition,
            @Nullable CommitResult result,
            @Nullable Throwable failure) {}

    /**
     * @param number of the group
     * @param partitions of shards, by element
     * @param versions before the group, by partition; copied
     * @param shortage how batches fail that may not use the reserve; null when there is space
     */
    WriteGroup(
            Database database,
            GroupEncoder encoder,
            long number,
            int[] partitions,
            long[] versions,
            @Nullable StorageException shortage) {
        this.shortage = shortage;
        this.database = database;
        this.encoder = encoder;
        this.partitions = partitions;
        this.versions = versions.clone();
        encoder.clear();
        encoder.putNumber(Database.GROUP, number);
    }

    /** Evaluates all batches, in order. */
    void addAll(List<WriterTask.Commit> commits) throws RocksDBException {
        for (WriterTask.Commit commit : commits) {
            lookedAt.expect(commit.batch());
        }
        boolean[] touched = new boolean[versions.length];
        for (WriterTask.Commit commit : commits) {
            int partition = partitions[commit.batch().shard()];
            Outcome outcome = add(commit, partition);
            touched[partition] |= outcome.result() instanceof CommitResult.Committed;
            outcomes.add(outcome);
        }
        for (int partition = 0; partition < touched.length; partition++) {
            if (touched[partition]) {
                encoder.putNumber(Database.versionKey(partition), versions[partition]);
            }
        }
    }

    private Outcome add(WriterTask.Commit commit, int partition) {
        if (shortage != null && !commit.batch().mayUseReserve()) {
            refused++;
            return new Outcome(commit, partition, null, shortage);
        }
        GroupEncoder.Mark mark = encoder.mark();
        try {
            CommitResult result = apply(commit.batch(), versions[partition] + 1);
            if (result instanceof CommitResult.Committed) {
                versions[partition]++;
                applied++;
                mutations += commit.batch().mutations().size();
            }
            lookedAt.keep();
            return new Outcome(commit, partition, result, null);
        } catch (RocksDBException | RuntimeException e) { // it costs this batch and no other
            encoder.backTo(mark);
            lookedAt.takeBack();
            return new Outcome(commit, partition, null, Failures.of(e, null));
        }
    }

    private CommitResult apply(Batch batch, long version) throws RocksDBException {
        for (Precondition precondition : batch.preconditions()) {
            Entry actual = lookedAt.get(database, precondition.table(), precondition.key());
            if (!precondition.holds(actual)) {
                return new CommitResult.Conflict(precondition, actual);
            }
        }
        List<Long> counters = List.of();
        for (Mutation mutation : batch.mutations()) {
            if (mutation instanceof Mutation.Put put) {
                put(put.table(), put.key(), put.value(), version);
            } else if (mutation instanceof Mutation.Delete delete) {
                delete(delete.table(), delete.key());
            } else if (mutation instanceof Mutation.DeleteRange delete) {
                deleteRange(delete.table(), delete.range());
            } else {
                counters = counters.isEmpty() ? new ArrayList<>() : counters;
                counters.add(add((Mutation.Add) mutation, version));
            }
        }
        return new CommitResult.Committed(version, counters);
    }

    private void put(Table table, Bytes key, Bytes value, long version) throws RocksDBException {
        encoder.put(family(table), key, version, value);
        lookedAt.put(table, key, value, version);
    }

    private void delete(Table table, Bytes key) throws RocksDBException {
        encoder.delete(family(table), key);
        lookedAt.delete(table, key);
    }

    private void deleteRange(Table table, KeyRange range) throws RocksDBException {
        if (!range.isEmpty()) {
            encoder.deleteRange(family(table), range.from(), range.to());
            lookedAt.deleteRange(table, range);
        }
    }

    private int family(Table table) throws RocksDBException {
        if (!table.equals(lastTable)) {
            lastFamily = database.columnFamily(table);
            lastTable = table;
        }
        return lastFamily;
    }

    private long add(Mutation.Add add, long version) throws RocksDBException {
        long sum = add.sum(lookedAt.get(database, add.table(), add.key()));
        if (sum == 0) {
            delete(add.table(), add.key());
        } else {
            put(add.table(), add.key(), Bytes.ofLong(sum), version);
        }
        return sum;
    }

    /** Returns whether there is anything to write. */
    boolean isEmpty() {
        return applied == 0;
    }

    /** In RocksDB's form. */
    byte[] encoded() {
        return encoder.group();
    }

    /** In the order of the batches. */
    List<Outcome> outcomes() {
        return outcomes;
    }

    /** After the group, by partition. */
    long[] versions() {
        return versions;
    }

    /** Returns the number of batches that are applied. */
    int applied() {
        return applied;
    }

    /** Returns the number of batches that are refused for lack of space. */
    int refused() {
        return refused;
    }

    /** Returns the number of mutations that they have. */
    int mutations() {
        return mutations;
    }
}
