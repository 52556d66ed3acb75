package io.maxmq.memory;

import io.maxmq.memory.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.tck.KeyValueStoreModelContract;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The contract's properties, with one partition and with several. */
@SuppressWarnings("ClassCanBeStatic") // a jqwik group is an inner class
class MemoryKeyValueStorePropertyTest {

    private static ExecutorService executor;

    @BeforeContainer
    static void startExecutor() {
        executor = Executors.newFixedThreadPool(2);
    }

    @AfterContainer
    static void stopExecutor() {
        executor.shutdown();
    }

    @Group
    class WithOnePartition extends KeyValueStoreModelContract {
        @Override
        protected KeyValueStore newStore() {
            return new MemoryKeyValueStore(executor);
        }
    }

    @Group
    class WithSevenPartitions extends KeyValueStoreModelContract {
        @Override
        protected KeyValueStore newStore() {
            return new MemoryKeyValueStore(executor, Settings.DEFAULTS.withPartitions(7));
        }
    }
}
