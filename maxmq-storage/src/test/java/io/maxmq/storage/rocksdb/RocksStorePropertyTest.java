package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.tck.KeyValueStoreModelContract;
import io.maxmq.spi.storage.tck.StoreOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Group;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The contract's properties, with one partition and with several in one directory. */
@SuppressWarnings("ClassCanBeStatic") // a jqwik group is an inner class
class RocksStorePropertyTest {

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static Path directories;

    @BeforeContainer
    static void createDirectory() throws IOException {
        directories = Files.createTempDirectory("rocks-store-property");
    }

    @AfterContainer
    static void deleteDirectory() throws IOException {
        StoreDirectory.deleteAll(directories);
    }

    private static KeyValueStore store(int partitions) {
        Path directory = directories.resolve("store-" + NEXT.incrementAndGet());
        return new RocksStore(
                StoreSettings.of(directory).withDurability(Durability.OS).withPartitions(partitions));
    }

    /** Fewer sequences than for a store in memory: each opens and closes a database. */
    private abstract static class Model extends KeyValueStoreModelContract {
        @Override
        @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
        public void agreesWithAPlainMap(@ForAll("operations") List<StoreOperation> operations) {
            super.agreesWithAPlainMap(operations);
        }
    }

    @Group
    class WithOnePartition extends Model {
        @Override
        protected KeyValueStore newStore() {
            return store(1);
        }
    }

    @Group
    class WithSevenPartitions extends Model {
        @Override
        protected KeyValueStore newStore() {
            return store(7);
        }
    }
}
