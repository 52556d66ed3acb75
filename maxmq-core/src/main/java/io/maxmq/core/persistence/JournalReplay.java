package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes states of the records of a journal, in their order. Whatever the number of partitions was when they were written, a change
 * belongs to the one of its key now; all go on from the highest version that any had. Used once. Not thread-safe.
 */
final class JournalReplay {
    private final Partitions partitions;
    private final List<PartitionState> states = new ArrayList<>();
    private long version;
    private long number;
    private long stateBytes;
    private long batchBytes;

    JournalReplay(Partitions partitions) {
        this.partitions = partitions;
        states.addAll(PartitionState.empty(partitions));
    }

    /** @throws StorageException {@code DAMAGED} when it isn't the one that was written at this place */
    void take(Bytes record) {
        try {
            RecordReader reader = JournalRecords.reader(number, record);
            int kind = reader.readByte();
            switch (kind) {
                case JournalRecords.STATE -> version = reader.readLong();
                case JournalRecords.ENTRIES -> takeEntries(reader);
                case JournalRecords.BATCH -> takeBatch(reader);
                default -> throw new DamagedRecordException("no such record: " + kind);
            }
            if (kind == JournalRecords.BATCH) {
                batchBytes += record.length();
            } else {
                stateBytes += record.length();
            }
            number++;
        } catch (DamagedRecordException | IllegalArgumentException e) {
            throw new StorageException(
                    Kind.DAMAGED, "record " + number + " of the journal is not what was written there", e);
        }
    }

    private void takeEntries(RecordReader record) {
        Table table = new Table(record.readText());
        int count = record.readSize();
        @Nullable EntryTree[] trees = new EntryTree[partitions.count()];
        for (int i = 0; i < count; i++) {
            Entry entry = new Entry(Bytes.wrap(record.readBytes()), Bytes.wrap(record.readBytes()), record.readLong());
            int partition = partitions.ofKey(entry.key());
            EntryTree tree = trees[partition];
            trees[partition] = (tree == null ? states.get(partition).table(table) : tree).put(entry);
        }
        for (int i = 0; i < trees.length; i++) {
            EntryTree tree = trees[i];
            if (tree != null) {
                Map<Table, EntryTree> tables = new HashMap<>(states.get(i).tables());
                tables.put(table, tree);
                states.set(i, new PartitionState(version, tables));
            }
        }
    }

    private void takeBatch(RecordReader record) {
        int partition = partitions.ofShard(record.readByte());
        long batchVersion = record.readLong();
        List<Mutation> mutations = JournalRecords.readMutations(record);
        states.set(partition, states.get(partition).after(batchVersion, mutations));
        version = Math.max(version, batchVersion);
    }

    /** What there is now, by partition. */
    List<PartitionState> states() {
        return states.stream()
                .map(state -> new PartitionState(version, state.tables()))
                .toList();
    }

    /** Of the record that comes next. */
    long number() {
        return number;
    }

    long stateBytes() {
        return stateBytes;
    }

    long batchBytes() {
        return batchBytes;
    }
}
