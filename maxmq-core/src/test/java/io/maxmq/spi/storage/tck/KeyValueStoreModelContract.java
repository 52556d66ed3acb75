package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Table;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.PLANTS;

/**
 * Any sequence of batches, reads, scans, snapshots, restorations and watches leads a store to what a plain map says. A
 * store's property test extends this beside {@link KeyValueStoreContract}; the store must have all features but
 * {@code PERSISTENT} and {@code REPLICATED}.
 *
 * <p>Few keys, few values and few shards, so that operations meet.
 */
public abstract class KeyValueStoreModelContract {

    private static final Integer[] SHARDS = {0, 1, 128, 255};

    /** A new store, empty and not yet open. Called for each sequence, and closed after it. */
    protected abstract KeyValueStore newStore();

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE) // of whole sequences they are the empty ones
    public void agreesWithAPlainMap(@ForAll("operations") List<StoreOperation> operations) {
        try (KeyValueStore store = newStore();
                StoreRun run = new StoreRun(store)) {
            operations.forEach(operation -> operation.run(run));
            run.finish();
        }
    }

    @Provide
    public Arbitrary<List<StoreOperation>> operations() {
        return Arbitraries.frequencyOf(
                        Tuple.of(12, commits()),
                        Tuple.of(2, reads()),
                        Tuple.of(2, cursors()),
                        Tuple.of(4, Arbitraries.just((StoreOperation) StoreRun::nextPage)),
                        Tuple.of(1, Arbitraries.just((StoreOperation) StoreRun::takeSnapshot)),
                        Tuple.of(2, Arbitraries.just((StoreOperation) StoreRun::readSnapshots)),
                        Tuple.of(1, Arbitraries.just((StoreOperation) StoreRun::restoreLastSnapshot)),
                        Tuple.of(2, watches()))
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    private static Arbitrary<Integer> shards() {
        return Arbitraries.of(SHARDS);
    }

    private static Arbitrary<Table> tables() {
        return Arbitraries.of(ANIMALS, PLANTS);
    }

    private static Arbitrary<Bytes> keys(int shard) {
        return Arbitraries.of((byte) 0, (byte) 'a', (byte) 0xFF)
                .list()
                .ofMaxSize(2)
                .map(suffix -> {
                    byte[] key = new byte[1 + suffix.size()];
                    key[0] = (byte) shard;
                    for (int i = 0; i < suffix.size(); i++) {
                        key[i + 1] = suffix.get(i);
                    }
                    return Bytes.wrap(key);
                });
    }

    private static Arbitrary<Bytes> values() {
        return Arbitraries.of(Bytes.EMPTY, Bytes.utf8("v"), Bytes.ofLong(1), Bytes.ofLong(-1), Bytes.ofLong(300));
    }

    private static Arbitrary<KeyRange> ranges(int shard) {
        return Arbitraries.oneOf(
                Combinators.combine(keys(shard), keys(shard)).as(KeyRange::new),
                keys(shard).map(KeyRange::prefix));
    }

    private static Arbitrary<StoreOperation> commits() {
        return shards().flatMap(shard -> Combinators.combine(
                        preconditions(shard).list().ofMaxSize(2),
                        mutations(shard).list().ofMaxSize(4))
                .as((preconditions, mutations) -> new StoreOperation.Commit(shard, preconditions, mutations)));
    }

    private static Arbitrary<StoreOperation.PreconditionOf> preconditions(int shard) {
        Arbitrary<Bytes> keys = keys(shard);
        return Arbitraries.oneOf(
                Combinators.combine(tables(), keys).as((table, key) -> (batch, run) -> batch.requireAbsent(table, key)),
                Combinators.combine(tables(), keys, values())
                        .as((table, key, value) -> (batch, run) -> batch.requireEqual(table, key, value)),
                Combinators.combine(tables(), keys, Arbitraries.integers().between(-1, 2))
                        .as((table, key, above) -> (batch, run) ->
                                batch.requireVersionBelow(table, key, run.versionOf(table, key) + above)));
    }

    private static Arbitrary<StoreOperation.MutationOf> mutations(int shard) {
        Arbitrary<Bytes> keys = keys(shard);
        return Arbitraries.frequencyOf(
                Tuple.of(
                        4,
                        Combinators.combine(tables(), keys, values())
                                .as((table, key, value) -> batch -> batch.put(table, key, value))),
                Tuple.of(2, Combinators.combine(tables(), keys).as((table, key) -> batch -> batch.delete(table, key))),
                Tuple.of(
                        1,
                        Combinators.combine(tables(), ranges(shard))
                                .as((table, range) -> batch -> batch.deleteRange(table, range))),
                Tuple.of(
                        3,
                        Combinators.combine(tables(), keys, Arbitraries.longs().between(-2, 2))
                                .as((table, key, delta) -> batch -> batch.add(table, key, delta))));
    }

    private static Arbitrary<StoreOperation> reads() {
        return shards().flatMap(shard ->
                Combinators.combine(tables(), keys(shard)).as((table, key) -> run -> run.read(table, key)));
    }

    private static Arbitrary<StoreOperation> cursors() {
        return shards().flatMap(shard -> Combinators.combine(
                        tables(),
                        Arbitraries.oneOf(ranges(shard), Arbitraries.just(KeyRange.ALL)),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.of(1, 12, 1_000))
                .as((table, range, reverse, entries, bytes) -> run -> {
                    Scan scan =
                            Scan.of(table, run.partitionOf(shard)).within(range).pages(entries, bytes);
                    run.openCursor(reverse ? scan.backwards() : scan);
                }));
    }

    private static Arbitrary<StoreOperation> watches() {
        return Combinators.combine(tables(), shards(), Arbitraries.integers().between(-3, 6))
                .as((table, shard, ahead) -> run -> run.openWatch(table, run.partitionOf(shard), ahead));
    }
}
