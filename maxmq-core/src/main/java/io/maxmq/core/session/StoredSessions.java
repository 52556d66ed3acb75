package io.maxmq.core.session;

import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.persistence.WillRecord;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.spi.storage.Bytes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of one loop's sessions that a start needs besides messages: sessions, subscriptions and every
 * will, also wills of sessions that end with their connection. All records of one client lie in one shard, so a later
 * record is durable only if the earlier ones are.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class StoredSessions {
    private final LoopStore store;
    private final HeldRecords held;
    /** Wills in storage that are neither published nor dropped. */
    private final Map<SessionKey, SessionWill> wills = new HashMap<>();

    StoredSessions(LoopStore store) {
        this.store = store;
        this.held = new HeldRecords(store.loop());
    }

    /** Writes the record of a durable session. */
    void session(Session session, SessionRecord record, @Nullable WriteCallback written) {
        if (!held.keep(session, record, written)) {
            write(session, record, written);
        }
    }

    /** Existing and ended sessions need no additional space, so their records may use the reserve. */
    private void write(Session session, SessionRecord record, @Nullable WriteCallback written) {
        Bytes key = session.ownerKey().alone();
        if (session.isConfirmed() || session.isEnded()) {
            store.putFromReserve(Tables.SESSION, key, record.write(key), written);
        } else {
            store.put(Tables.SESSION, key, record.write(key), written);
        }
    }

    /**
     * Holds back the record of the client's session until {@link #release}, since the records of the previous session
     * must be deleted first.
     */
    void hold(SessionKey client) {
        held.hold(client);
    }

    /** Writes the held record, if any. */
    void release(SessionKey client) {
        held.release(client, this::write);
    }

    /** Drops the held record of a session that has ended. */
    void dropHeld(SessionKey client) {
        held.drop(client);
    }

    /**
     * Deletes the session record of a client without a durable session. {@code written} confirms that earlier sessions
     * are deleted.
     */
    void noSession(Session session, WriteCallback written) {
        store.delete(Tables.SESSION, session.ownerKey().alone(), written);
    }

    /** @param replaces whether the filter has a record, so that this one needs no additional space */
    void subscription(
            Session session,
            String filter,
            SubscriptionRecord record,
            boolean replaces,
            @Nullable WriteCallback written) {
        Bytes key = session.ownerKey().named(filter);
        if (replaces) {
            store.putFromReserve(Tables.SUBSCRIPTION, key, record.write(key), written);
        } else {
            store.put(Tables.SUBSCRIPTION, key, record.write(key), written);
        }
    }

    void noSubscription(Session session, String filter, @Nullable WriteCallback written) {
        store.delete(Tables.SUBSCRIPTION, session.ownerKey().named(filter), written);
    }

    /** @param dueAtMillis wall time; 0 while the client is connected */
    void will(Session session, SessionWill will, long dueAtMillis, @Nullable WriteCallback written) {
        write(session.key(), session.ownerKey().alone(), will, dueAtMillis, written);
    }

    private void write(
            SessionKey client, Bytes key, SessionWill will, long dueAtMillis, @Nullable WriteCallback written) {
        Bytes value = WillRecord.write(
                key,
                will.client(),
                dueAtMillis,
                will.delaySeconds(),
                will.expirySeconds(),
                will.laterSeconds(),
                will.message());
        store.put(Tables.WILL, key, value, written);
        wills.put(client, will);
    }

    /** Deletes the client's will, if there is one. */
    void noWill(SessionKey client) {
        if (wills.remove(client) != null) {
            delete(client);
        }
    }

    /** Deletes a will that was published or dropped; no effect if a later connection has replaced it. */
    void done(SessionKey client, SessionWill will) {
        if (wills.remove(client, will)) {
            delete(client);
        }
    }

    private void delete(SessionKey client) {
        store.delete(Tables.WILL, keyOf(client), null);
    }

    private static Bytes keyOf(SessionKey client) {
        return client.ownerKey().alone();
    }

    /** Returns whether the will is neither published, dropped nor replaced. */
    boolean isPending(SessionKey client, SessionWill will) {
        return wills.get(client) == will;
    }

    /**
     * Adds a will that was recovered from storage.
     *
     * @param dueAtMillis wall time to write if the record has none; else 0
     */
    void restored(SessionKey client, SessionWill will, long dueAtMillis) {
        if (dueAtMillis > 0) {
            write(client, keyOf(client), will, dueAtMillis, null);
        } else {
            wills.put(client, will);
        }
    }

    /** Deletes the records of an ended durable session. */
    void ended(Session session) {
        store.delete(Tables.SESSION, session.ownerKey().alone(), null);
        subscriptionsEnded(session);
    }

    /** Deletes the subscription records of an ended durable session. */
    void subscriptionsEnded(Session session) {
        store.deleteRange(Tables.SUBSCRIPTION, session.ownerKey().all(), null);
    }
}
