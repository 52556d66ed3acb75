package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.everything;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static io.maxmq.storage.rocksdb.StoreHarness.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A restoration that is given up: in front of the switch nothing has happened, behind it nothing is taken back. */
class StagingTest {

    private static final Bytes BEFORE = Bytes.utf8("before");
    private static final Bytes RESTORED = Bytes.utf8("restored");

    @TempDir
    Path directories;

    private static void stageAndThen(RocksStore store, Use use) throws RocksDBException {
        store.run(database -> {
            Database.Staging staging = database.stage();
            staging.write(database, StoreHarness.TABLE, List.of(new Entry(key(1), RESTORED, 7)));
            staging.finish(database);
            use.of(database, staging);
        });
    }

    private interface Use {
        void of(Database database, Database.Staging staging) throws RocksDBException;
    }

    @Test
    void whatWasSwitchedToIsNotDiscarded() throws RocksDBException {
        StoreSettings settings = StoreSettings.of(directories.resolve("store"));
        try (RocksStore store = open(new RocksStore(settings))) {
            commit(store, put(1, BEFORE));

            stageAndThen(store, (database, staging) -> {
                database.switchTo(staging, database.lastGroup() + 1, new long[] {8});
                staging.discard(database);
            });

            assertThat(everything(store).values()).containsExactly(RESTORED);
        }
        try (RocksStore store = open(new RocksStore(settings))) {
            assertThat(everything(store).values()).containsExactly(RESTORED);
        }
    }

    @Test
    void whatWasDiscardedIsNotSwitchedTo() throws RocksDBException {
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store"))))) {
            commit(store, put(1, BEFORE));

            stageAndThen(store, (database, staging) -> {
                staging.discard(database);
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> database.switchTo(staging, database.lastGroup() + 1, new long[] {8}))
                        .matches(e -> e.kind() == Kind.IO)
                        .withMessageContaining("given up");
            });

            assertThat(everything(store).values()).containsExactly(BEFORE);
            commit(store, put(2, BEFORE));
        }
    }
}
