package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the store, each a sorted map of an {@link MVStore}, and the batches that change them. A value is preceded by
 * its version, 8 bytes, big-endian. Used by the store's thread only.
 */
final class MvTables {
    private static final String TABLE_PREFIX = "table.";
    private static final byte[] LAST_VERSION = {0};

    private final MVStore store;
    private final MVMap<byte[], byte[]> state;
    private final Map<Table, MVMap<byte[], byte[]>> maps = new HashMap<>();

    /** The version of the last batch, 0 before the first. */
    private long version;

    MvTables(MVStore store) {
        this.store = store;
        state = open("state");
        byte[] last = state.get(LAST_VERSION);
        version = last == null ? 0 : ByteBuffer.wrap(last).getLong();
    }

    private MVMap<byte[], byte[]> open(String name) {
        return store.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    MVMap<byte[], byte[]> map(Table table) {
        return maps.computeIfAbsent(table, each -> open(TABLE_PREFIX + each.name()));
    }

    long version() {
        return version;
    }

    @Nullable
    Entry get(Table table, Bytes key) {
        byte[] value = map(table).get(key.toArray());
        return value == null ? null : entry(key, value);
    }

    static Entry entry(Bytes key, byte[] stored) {
        return new Entry(
                key,
                Bytes.wrap(stored, Long.BYTES, stored.length - Long.BYTES),
                ByteBuffer.wrap(stored).getLong());
    }

    /**
     * Applies all of a batch or nothing.
     *
     * @throws io.maxmq.spi.storage.StorageException if an {@code add} meets an entry that is no counter
     */
    CommitResult apply(Batch batch) {
        for (Precondition each : batch.preconditions()) {
            Entry actual = get(each.table(), each.key());
            if (!each.holds(actual)) {
                return new CommitResult.Conflict(each, actual);
            }
        }
        Changes changes = new Changes(version + 1);
        try {
            batch.mutations().forEach(changes::apply);
            state.put(LAST_VERSION, Bytes.ofLong(changes.version).toArray());
        } catch (RuntimeException e) {
            changes.undo();
            throw e;
        }
        version = changes.version;
        return new CommitResult.Committed(version, changes.counters);
    }

    /** The changes of one batch, with what they replaced. */
    private final class Changes {
        final long version;
        final List<Long> counters = new ArrayList<>(0);
        private final List<Replaced> replaced = new ArrayList<>();

        Changes(long version) {
            this.version = version;
        }

        private record Replaced(MVMap<byte[], byte[]> map, byte[] key, byte @Nullable [] before) {}

        void apply(Mutation mutation) {
            MVMap<byte[], byte[]> map = map(mutation.table());
            if (mutation instanceof Mutation.Put put) {
                put(map, put.key(), put.value());
            } else if (mutation instanceof Mutation.Delete delete) {
                delete(map, delete.key().toArray());
            } else if (mutation instanceof Mutation.DeleteRange delete) {
                deleteRange(map, delete.range());
            } else {
                Mutation.Add add = (Mutation.Add) mutation;
                long sum = add.sum(get(add.table(), add.key()));
                counters.add(sum);
                if (sum == 0) {
                    delete(map, add.key().toArray());
                } else {
                    put(map, add.key(), Bytes.ofLong(sum));
                }
            }
        }

        private void put(MVMap<byte[], byte[]> map, Bytes key, Bytes value) {
            byte[] stored = new byte[Long.BYTES + value.length()];
            ByteBuffer.wrap(stored).putLong(version);
            value.copyTo(stored, Long.BYTES);
            byte[] keyBytes = key.toArray();
            replaced.add(new Replaced(map, keyBytes, map.put(keyBytes, stored)));
        }

        private void delete(MVMap<byte[], byte[]> map, byte[] key) {
            replaced.add(new Replaced(map, key, map.remove(key)));
        }

        private void deleteRange(MVMap<byte[], byte[]> map, KeyRange range) {
            Cursor<byte[], byte[]> keys = map.cursor(range.from().toArray());
            while (keys.hasNext()) {
                byte[] key = keys.next();
                if (!range.contains(Bytes.wrap(key))) {
                    return;
                }
                delete(map, key);
            }
        }

        void undo() {
            for (int i = replaced.size() - 1; i >= 0; i--) {
                Replaced each = replaced.get(i);
                if (each.before == null) {
                    each.map.remove(each.key);
                } else {
                    each.map.put(each.key, each.before);
                }
            }
        }
    }
}
