package io.maxmq.core.persistence;

import io.maxmq.core.persistence.Backing.Recorded;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What a store writes into a {@link io.maxmq.spi.storage.Journal}: records as {@link RecordWriter} has them, whose keys are their
 * numbers, counted from 0 at the last time that all was written anew. So a record that is missing, or there twice, is found as
 * surely as a damaged one. The fields:
 *
 * <pre>
 *   state:     S | version, 8 bytes                  the number 0, if there is one: how far all partitions had come
 *   entries:   E | table | how many, varint | of each: key | value | version, 8 bytes
 *   batch:     B | shard | version, 8 bytes | how many, varint | of each: table and
 *                P | key | value    or    D | key    or    R | from | 1 | to    or    R | from | 0
 * </pre>
 *
 * <p>A batch has what it did, not what it asked for: a counter's value, and no preconditions. Stateless.
 */
final class JournalRecords {
    static final Table NAME = new Table("journal");
    static final int STATE = 'S';
    static final int ENTRIES = 'E';
    static final int BATCH = 'B';

    private static final int VERSION = 1;
    private static final int PAGE_ENTRIES = 1_000;
    private static final int PAGE_BYTES = 256 * 1024;

    private JournalRecords() {}

    static RecordReader reader(long number, Bytes record) {
        return new RecordReader(NAME, Bytes.ofLong(number), record, VERSION);
    }

    // ---- batches

    static Bytes batch(long number, Recorded change) {
        RecordWriter record = new RecordWriter(VERSION, (int) change.batch().sizeBytes() + 64);
        List<Mutation> mutations = change.batch().mutations();
        record.writeByte(BATCH)
                .writeByte(change.batch().shard())
                .writeLong(change.version())
                .writeVarint(mutations.size());
        Iterator<Long> counters = change.counters().iterator();
        for (Mutation mutation : mutations) {
            record.writeText(mutation.table().name());
            if (mutation instanceof Mutation.Put put) {
                writePut(record, put.key(), put.value());
            } else if (mutation instanceof Mutation.Delete delete) {
                record.writeByte('D').writeBytes(delete.key().array());
            } else if (mutation instanceof Mutation.DeleteRange delete) {
                Bytes to = delete.range().to();
                record.writeByte('R').writeBytes(delete.range().from().array()).writeByte(to == null ? 0 : 1);
                if (to != null) {
                    record.writeBytes(to.array());
                }
            } else {
                Bytes key = ((Mutation.Add) mutation).key();
                long sum = counters.next();
                if (sum == 0) {
                    record.writeByte('D').writeBytes(key.array());
                } else {
                    writePut(record, key, Bytes.ofLong(sum));
                }
            }
        }
        return record.finish(Bytes.ofLong(number));
    }

    private static void writePut(RecordWriter record, Bytes key, Bytes value) {
        record.writeByte('P').writeBytes(key.array()).writeBytes(value.array());
    }

    static List<Mutation> readMutations(RecordReader record) {
        int count = record.readSize();
        List<Mutation> mutations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Table table = new Table(record.readText());
            int kind = record.readByte();
            Bytes key = Bytes.wrap(record.readBytes());
            mutations.add(
                    switch (kind) {
                        case 'P' -> new Mutation.Put(table, key, Bytes.wrap(record.readBytes()));
                        case 'D' -> new Mutation.Delete(table, key);
                        case 'R' -> new Mutation.DeleteRange(table, new KeyRange(key, readEnd(record)));
                        default -> throw new DamagedRecordException("no such change: " + kind);
                    });
        }
        return mutations;
    }

    private static @Nullable Bytes readEnd(RecordReader record) {
        return record.readByte() == 0 ? null : Bytes.wrap(record.readBytes());
    }

    // ---- a whole state

    /** A whole state in records, from number 0 on; each is made when it is asked for. Used once, by one thread. */
    static final class OfState implements Iterator<Bytes> {
        private final List<PartitionState> states;
        private final Iterator<Part> parts;
        private @Nullable Part part;
        private @Nullable KeyRange rest;
        private long number;
        private long bytes;

        private record Part(PartitionState state, Table table) {}

        OfState(List<PartitionState> states) {
            this.states = states;
            parts = states.stream()
                    .flatMap(state -> state.tables().keySet().stream().map(table -> new Part(state, table)))
                    .iterator();
        }

        /** How many there were so far. */
        long number() {
            return number;
        }

        /** Of those that there were so far. */
        long bytes() {
            return bytes;
        }

        @Override
        public boolean hasNext() {
            return number == 0 || rest != null || parts.hasNext();
        }

        @Override
        public Bytes next() {
            Bytes next = number == 0 ? beginning() : page();
            number++;
            bytes += next.length();
            return next;
        }

        private Bytes beginning() {
            long version =
                    states.stream().mapToLong(PartitionState::version).max().orElse(0);
            return new RecordWriter(VERSION, 9)
                    .writeByte(STATE)
                    .writeLong(version)
                    .finish(Bytes.ofLong(number));
        }

        private Bytes page() {
            Part of = part;
            KeyRange range = rest;
            if (of == null || range == null) {
                if (!parts.hasNext()) {
                    throw new NoSuchElementException();
                }
                of = parts.next();
                range = KeyRange.ALL;
            }
            PartitionState.Step step = of.state()
                    .page(
                            Scan.of(of.table(), 0).pages(PAGE_ENTRIES, PAGE_BYTES),
                            range); // of this state's only partition
            part = of;
            rest = step.rest();
            List<Entry> entries = step.page().entries();
            RecordWriter record = new RecordWriter(VERSION, PAGE_BYTES / 4);
            record.writeByte(ENTRIES).writeText(of.table().name()).writeVarint(entries.size());
            for (Entry entry : entries) {
                record.writeBytes(entry.key().array())
                        .writeBytes(entry.value().array())
                        .writeLong(entry.version());
            }
            return record.finish(Bytes.ofLong(number));
        }
    }
}
