package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyRange;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static org.assertj.core.api.Assertions.assertThat;

/** When drained ranges are compacted. */
class DrainedRangesTest {

    private static final int VALUE_BYTES = 100_000;

    @TempDir
    Path directories;

    /** 40 values in one file. */
    private StoreSettings written() {
        StoreSettings settings = StoreSettings.of(directories.resolve("store")).withDurability(Durability.OS);
        Batch.Builder batch = Batch.builder(1);
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            byte[] value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            batch.put(StoreHarness.TABLE, key(i), Bytes.wrap(value));
        }
        try (RocksStore store = open(new RocksStore(settings))) {
            commit(store, batch.build());
        }
        open(new RocksStore(settings)).close(); // which writes the log into tables
        return settings;
    }

    @Test
    void whatWasInterruptedIsCompactedLater() throws Exception {
        StoreSettings settings = written();
        try (StoreDirectory directory = StoreDirectory.enter(settings.directory(), null);
                Engine engine = new Engine(directory, settings)) {
            engine.open();
            DrainedRanges drains = new DrainedRanges();
            drain(engine, drains, 0, 40);
            assertThat(fileBytes(engine)).isGreaterThan(30L * VALUE_BYTES);

            Thread.currentThread().interrupt();
            drains.compact(engine);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(fileBytes(engine)).isGreaterThan(30L * VALUE_BYTES);
            drains.compact(engine);
            assertThat(fileBytes(engine)).isLessThan(VALUE_BYTES);
        }
    }

    @Test
    void whatIsNotWorthItWaitsForMore() throws Exception {
        StoreSettings settings = written();
        try (StoreDirectory directory = StoreDirectory.enter(settings.directory(), null);
                Engine engine = new Engine(directory, settings)) {
            engine.open();
            DrainedRanges drains = new DrainedRanges();

            drain(engine, drains, 0, 5); // half a megabyte
            drains.compact(engine);
            drains.compact(engine);
            assertThat(fileBytes(engine)).isGreaterThan(39L * VALUE_BYTES);

            drain(engine, drains, 30, 40); // with the others more than one, and a quarter
            drains.compact(engine);
            assertThat(fileBytes(engine)).isLessThan(26L * VALUE_BYTES);
        }
    }

    private static void drain(Engine engine, DrainedRanges drains, int from, int to) throws RocksDBException {
        engine.run(database -> database.rocks()
                .deleteRange(database.handle(StoreHarness.TABLE), key(from).array(), key(to).array()));
        drains.add(StoreHarness.TABLE, new KeyRange(key(from), key(to)));
    }

    private static long fileBytes(Engine engine) throws RocksDBException {
        return engine.use(database -> database.fileBytes(StoreHarness.TABLE));
    }
}
