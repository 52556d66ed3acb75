package io.maxmq.memory;

import io.maxmq.memory.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.tck.KeyValueStoreContract;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The contract, with one partition and with several. What only this store promises: {@link MemoryStoreBoundsTest}. */
class MemoryKeyValueStoreTest {

    private static ExecutorService executor;

    @BeforeAll
    static void startExecutor() {
        executor = Executors.newFixedThreadPool(3);
    }

    @AfterAll
    static void stopExecutor() {
        executor.shutdown();
    }

    @Nested
    class WithOnePartition extends KeyValueStoreContract {
        @Override
        protected KeyValueStore newStore() {
            return new MemoryKeyValueStore(executor);
        }
    }

    @Nested
    class WithSevenPartitions extends KeyValueStoreContract {
        @Override
        protected KeyValueStore newStore() {
            return new MemoryKeyValueStore(executor, Settings.DEFAULTS.withPartitions(7));
        }
    }
}
