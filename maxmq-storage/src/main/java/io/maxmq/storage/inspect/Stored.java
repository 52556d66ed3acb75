package io.maxmq.storage.inspect;

import io.maxmq.core.persistence.DamagedRecordException;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.RecordText;
import io.maxmq.core.persistence.Tables;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.Table;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** What stores have, whoever stored it and however damaged it is. Stateless. */
final class Stored {
    private Stored() {}

    /** Those of the broker, and those of extensions. */
    static Set<Table> tables(KeyValueStore store) {
        Set<Table> tables = new TreeSet<>(Tables.all());
        try (Snapshot snapshot = join(store.snapshot())) {
            tables.addAll(snapshot.tables());
        }
        return tables;
    }

    /**
     * What an entry says.
     *
     * @throws DamagedRecordException when it cannot be read; of an extension's tables only the extension can tell
     */
    static String text(Table table, Entry entry) {
        if (!Tables.all().contains(table)) {
            return entry.value().length() + " bytes";
        }
        try {
            return RecordText.of(table, entry);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new DamagedRecordException("no key of this table: " + entry.key());
        }
    }

    /** The name that a key is of; the key itself when it is none of the broker's. */
    static String owner(Bytes key) {
        try {
            return OwnerKey.nameIn(key);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return "key " + key;
        }
    }

    /** The result of a stage, or what it failed with. */
    static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
