package io.maxmq.core.persistence;

import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.Table;
import org.slf4j.Logger;

/**
 * Damaged records found during start: skipped and counted; the first ones of each table are logged. Not thread-safe.
 */
final class DamagedRecords {
    private static final int NAMED = 10;

    private final Logger log;
    private long count;

    DamagedRecords(Logger log) {
        this.log = log;
    }

    /** Runs the action for an entry; skips the entry if it is damaged. */
    void skipping(Entry entry, Runnable action) {
        try {
            action.run();
        } catch (DamagedRecordException | IllegalArgumentException damaged) {
            if (count++ < NAMED) {
                log.error(
                        "Damaged record of {} was skipped: {}, key={}",
                        OwnerKey.nameIn(entry.key()),
                        damaged.getMessage(),
                        entry.key());
            }
        }
    }

    /** Ends a table: logs the number of skipped records if not all were logged. */
    void end(Table table) {
        if (count > NAMED) {
            log.error(
                    "{} damaged records were skipped in table {}; the first {} are logged above", count, table, NAMED);
        }
        count = 0;
    }
}
