package io.maxmq.core.persistence;

import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.support.TableWalk;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads of a table with damaged entries return all intact entries. */
class TableWalkTest {
    private static final int OF_EACH = 300;

    private final GatedStore store = new GatedStore(MemoryStorage.create().store());
    private final List<Bytes> all = new ArrayList<>();

    @BeforeEach
    void open() {
        store.open().toCompletableFuture().join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Writes queues of sessions, in key order. */
    private void queues(String... clientIds) {
        TreeSet<Bytes> keys = new TreeSet<>();
        for (String clientId : clientIds) {
            for (int i = 0; i < OF_EACH; i++) {
                keys.add(OwnerKey.of("default", clientId).numbered((7L << 40) + i));
            }
        }
        for (Bytes key : keys) {
            store.commit(Batch.builder(ShardedKey.shardOf(key))
                            .put(Tables.QUEUE, key, Bytes.utf8("x"))
                            .build())
                    .toCompletableFuture()
                    .join();
        }
        all.addAll(keys);
    }

    private List<Bytes> whole(KeyRange range, Set<Bytes> damaged) {
        return all.stream()
                .filter(key -> range.contains(key) && !damaged.contains(key))
                .toList();
    }

    private List<Bytes> read(KeyRange range) {
        List<Bytes> read = new ArrayList<>();
        new TableWalk(store, Tables.QUEUE, 0, range)
                .run((Entry entry) -> read.add(entry.key()), (cause, after, until) -> {});
        return read;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 40})
    void readsEntriesBetweenDamagedOnes(int length) {
        queues("a", "b", "c".repeat(300), "d", "e");
        TreeSet<Bytes> damaged = new TreeSet<>();
        for (int from : new int[] {0, 2, 5, 20, 21, 30}) {
            damaged.addAll(all.subList(from * length, (from + 1) * length));
        }
        store.damage(Tables.QUEUE, damaged::contains);
        assertThat(read(KeyRange.ALL)).isEqualTo(whole(KeyRange.ALL, damaged));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0123456789012345678901234567890123456789012345678901234567890123456789", ""})
    void readsARangeWithDamagedEntries(String clientId) {
        queues(clientId, "b", "c");
        KeyRange range = OwnerKey.of("default", clientId).all();
        List<Bytes> own = whole(range, Set.of());
        TreeSet<Bytes> damaged = new TreeSet<>(own.subList(10, 60));
        damaged.addAll(own.subList(120, 130));
        damaged.addAll(own.subList(290, 300));
        store.damage(Tables.QUEUE, damaged::contains);
        assertThat(read(range)).isEqualTo(whole(range, damaged));
    }

    /** For example all entries of a table's first shards. */
    @ParameterizedTest
    @ValueSource(ints = {700, 1_500})
    void readsATableOfWhichMostIsDamaged(int count) {
        queues("a", "b", "c", "d", "e");
        TreeSet<Bytes> damaged = new TreeSet<>(all.subList(0, count));
        store.damage(Tables.QUEUE, damaged::contains);
        assertThat(read(KeyRange.ALL)).isEqualTo(whole(KeyRange.ALL, damaged));
    }
}
