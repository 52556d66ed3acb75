package io.maxmq.core.session;

import io.maxmq.core.persistence.LoopRecords;
import org.jspecify.annotations.Nullable;

/**
 * Where the sessions of one loop keep what they must not forget.
 *
 * @param journal of their messages
 * @param records of everything else; null without storage
 */
public record SessionStorage(
        SessionJournal journal, @Nullable LoopRecords records) {
    /** Nothing outlives the broker. */
    public static final SessionStorage NONE = new SessionStorage(SessionJournal.NONE, null);

    /** Everything outlives the broker that is to. */
    public static SessionStorage on(LoopRecords records) {
        return new SessionStorage(new StoreJournal(records), records);
    }
}
