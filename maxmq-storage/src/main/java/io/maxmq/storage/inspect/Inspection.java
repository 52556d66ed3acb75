package io.maxmq.storage.inspect;

import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.RecordFormat;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.TableWalk;
import java.util.function.Consumer;

/** Reads an open store and says what is in it. Blocks. Not thread-safe. */
public final class Inspection {
    private final KeyValueStore store;
    private final InspectionReport report;
    private long damage;

    public Inspection(KeyValueStore store, InspectionReport report) {
        this.store = store;
        this.report = report;
    }

    /** Returns the number of damaged records, and stretches that cannot be read, it has met. */
    public long damage() {
        return damage;
    }

    /** Entries and bytes of each table. */
    public void tables() {
        report.line("%-16s %12s %14s %14s", "table", "entries", "key bytes", "value bytes");
        for (Table table : StoreContents.tables(store)) {
            Sum sum = new Sum();
            each(table, sum);
            report.line("%-16s %12d %14d %14d", table, sum.entries, sum.keyBytes, sum.valueBytes);
        }
        report.line("on disk: %d bytes", store.figures().diskBytes());
    }

    /** The same with every checksum compared, and each damage in a line. */
    public void check() {
        for (Table table : StoreContents.tables(store)) {
            Sum sum = new Sum();
            long before = damage;
            each(table, entry -> {
                sum.accept(entry);
                check(table, entry);
            });
            report.line("%-16s %12d entries, %d damaged", table, sum.entries, damage - before);
        }
    }

    private void check(Table table, Entry entry) {
        try {
            StoreContents.text(table, entry);
        } catch (DamagedRecordException damaged) {
            damage++;
            report.line("damaged: %s, of %s", damaged.getMessage(), StoreContents.owner(entry.key()));
        }
    }

    /** Reports all records of a session. */
    public void session(String tenant, String clientId) {
        boolean any = false;
        for (RecordFormat.Part part : StoreContents.ofSession(tenant, clientId)) {
            any |= scan(part.table(), part.keys());
        }
        if (!any) {
            report.line("nothing is stored of client id %s of tenant %s", clientId, tenant);
        }
    }

    /** Reports the entries of a range and returns whether there are any; an unreadable part counts as an entry. */
    private boolean scan(Table table, KeyRange range) {
        boolean[] any = {false};
        new TableWalk(store, table, store.partitions().ofKey(range.from()), range)
                .run(
                        entry -> {
                            any[0] = true;
                            show(table, entry);
                        },
                        (cause, after, until) -> {
                            any[0] = true;
                            unreadable(table, cause);
                        });
        return any[0];
    }

    private void unreadable(Table table, StorageException cause) {
        damage++;
        report.line("%-12s a part cannot be read: %s", table, cause.getMessage());
    }

    private void show(Table table, Entry entry) {
        try {
            report.line("%-12s %s", table, StoreContents.text(table, entry));
        } catch (DamagedRecordException damaged) {
            damage++;
            report.line("%-12s damaged: %s", table, damaged.getMessage());
        }
    }

    private void each(Table table, Consumer<Entry> action) {
        for (int partition = 0; partition < store.partitions().count(); partition++) {
            new TableWalk(store, table, partition).run(action, (cause, after, until) -> {
                damage++;
                report.line(
                        "cannot be read: %s, between %s and %s: %s",
                        table,
                        after == null ? "the beginning" : StoreContents.owner(after),
                        until == null ? "the end" : "key " + until,
                        cause.getMessage());
            });
        }
    }

    private static final class Sum implements Consumer<Entry> {
        private long entries;
        private long keyBytes;
        private long valueBytes;

        @Override
        public void accept(Entry entry) {
            entries++;
            keyBytes += entry.key().length();
            valueBytes += entry.value().length();
        }
    }
}
