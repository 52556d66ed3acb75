package io.maxmq.core.session;

import io.maxmq.core.persistence.LoopRecords;
import org.jspecify.annotations.Nullable;

/**
 * Storage of the sessions of one loop.
 *
 * @param journal records of messages
 * @param records all other records; null without storage
 */
public record SessionStorage(
        SessionJournal journal, @Nullable LoopRecords records) {
    /** No storage: all state is lost when the broker stops. */
    public static final SessionStorage NONE = new SessionStorage(SessionJournal.NONE, null);

    /** Returns storage that keeps all durable state in these records. */
    public static SessionStorage on(LoopRecords records) {
        return new SessionStorage(new StoreJournal(records), records);
    }
}
