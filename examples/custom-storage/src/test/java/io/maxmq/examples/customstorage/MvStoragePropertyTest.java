package io.maxmq.examples.customstorage;

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
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The contract's properties: random operations, compared with a plain map. */
class MvStoragePropertyTest extends KeyValueStoreModelContract {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static Path directory;

    @BeforeContainer
    static void createDirectory() throws IOException {
        directory = Files.createTempDirectory("mv-storage-property");
    }

    @AfterContainer
    static void deleteDirectory() throws IOException {
        try (var files = Files.list(directory)) {
            for (Path each : files.toList()) {
                Files.delete(each);
            }
        }
        Files.delete(directory);
    }

    @Override
    protected KeyValueStore newStore() {
        return new MvStorage(directory.resolve("store-" + NEXT.incrementAndGet()));
    }

    /** Fewer sequences than for a store in memory: each creates a file and forces it many times. */
    @Override
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    public void agreesWithAPlainMap(@ForAll("operations") List<StoreOperation> operations) {
        super.agreesWithAPlainMap(operations);
    }
}
