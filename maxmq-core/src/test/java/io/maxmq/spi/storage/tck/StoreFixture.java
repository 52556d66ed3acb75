package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StoreCapabilities;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What the parts of the contract share. */
public interface StoreFixture {

    /** A second store: new, empty, not open. The test closes it. */
    KeyValueStore createStore();

    /** A closed store's data in a new store, not open. The test closes it. */
    KeyValueStore reopenStore(KeyValueStore closed);

    /** The store under test, open. */
    StoreDriver driver();

    default KeyValueStore store() {
        return driver().store;
    }

    /** Skips the test when the store does not have this. */
    default void assumeFeature(StoreCapabilities.Feature feature) {
        assumeTrue(store().capabilities().has(feature), () -> "the store has no " + feature);
    }
}
