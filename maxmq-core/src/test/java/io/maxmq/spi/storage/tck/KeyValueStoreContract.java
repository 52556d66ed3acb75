package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StoreCapabilities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every {@link KeyValueStore} must do. A store's test extends this, says how to make one, and inherits the tests. What
 * the store does not have by its {@link StoreCapabilities} is skipped, but must then be declined.
 */
public abstract class KeyValueStoreContract
        implements LifecycleContract, CommitContract, ReadContract, WatchContract, SnapshotContract {

    private KeyValueStore store;
    private StoreDriver driver;

    /** A new store, empty and not yet open. Called several times in a test; each store is closed. */
    protected abstract KeyValueStore newStore();

    /**
     * A new store, not yet open, where {@code closed} kept what it had. Only for {@link StoreCapabilities.Feature#PERSISTENT}.
     */
    protected KeyValueStore reopened(KeyValueStore closed) {
        throw new AssertionError("a store that declares PERSISTENT must say how it is opened again: " + closed);
    }

    @BeforeEach
    public final void openStore() {
        store = newStore();
        StoreDriver.await(store.open());
        driver = new StoreDriver(store);
    }

    @AfterEach
    public final void closeStore() {
        store.close();
    }

    @Override
    public final KeyValueStore createStore() {
        return newStore();
    }

    @Override
    public final KeyValueStore reopenStore(KeyValueStore closed) {
        return reopened(closed);
    }

    @Override
    public final StoreDriver driver() {
        return driver;
    }
}
