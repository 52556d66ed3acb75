package io.maxmq.storage.inspect;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.RecordFormat;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.Table;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The content of a store, read by the {@link RecordFormat}s that are installed. Stateless. */
final class StoreContents {
    private static final List<RecordFormat> FORMATS =
            List.copyOf(ServiceLoader.load(RecordFormat.class, StoreContents.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());

    private StoreContents() {}

    /** Returns the tables of all formats and those of the store. */
    static Set<Table> tables(KeyValueStore store) {
        Set<Table> tables = new TreeSet<>();
        FORMATS.forEach(format -> tables.addAll(format.tables()));
        try (Snapshot snapshot = join(store.snapshot())) {
            tables.addAll(snapshot.tables());
        }
        return tables;
    }

    /**
     * Describes an entry in one line. The entry of a table without a format is not checked.
     *
     * @throws DamagedRecordException when the entry cannot be read
     */
    static String text(Table table, Entry entry) {
        return FORMATS.stream()
                .filter(format -> format.tables().contains(table))
                .findFirst()
                .map(format -> format.describe(table, entry))
                .orElseGet(() -> entry.value().length() + " bytes");
    }

    /** Returns the name that a key begins with; the key itself without a name. */
    static String owner(Bytes key) {
        return FORMATS.stream()
                .flatMap(format -> format.nameIn(key).stream())
                .findFirst()
                .orElseGet(() -> "key " + key);
    }

    /** Returns the places of all records of a session. */
    static List<RecordFormat.Part> ofSession(String tenant, String clientId) {
        return FORMATS.stream()
                .flatMap(format -> format.ofSession(tenant, clientId).stream())
                .toList();
    }

    /** Waits for the result of a stage; throws the exception that the stage failed with. */
    static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
