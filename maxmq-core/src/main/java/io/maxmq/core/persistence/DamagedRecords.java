package io.maxmq.core.persistence;

import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.Table;
import org.slf4j.Logger;

/** Damaged records that a start comes upon: left out, counted, and the first of a table named. Not thread-safe. */
final class DamagedRecords {
    private static final int NAMED = 10;

    private final Logger log;
    private long count;

    DamagedRecords(Logger log) {
        this.log = log;
    }

    /** Does something with an entry, or leaves the entry out. */
    void skipping(Entry entry, Runnable action) {
        try {
            action.run();
        } catch (DamagedRecordException | IllegalArgumentException damaged) {
            if (count++ < NAMED) {
                log.error(
                        "left out, of {}: {}, key={}", OwnerKey.nameIn(entry.key()), damaged.getMessage(), entry.key());
            }
        }
    }

    /** A table has been read. */
    void end(Table table) {
        if (count > NAMED) {
            log.error("{} damaged records were left out of table {}; the first {} are named", count, table, NAMED);
        }
        count = 0;
    }
}
