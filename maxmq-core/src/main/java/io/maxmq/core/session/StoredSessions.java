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
 * Writes what a start has to know of the sessions of one loop beside their messages: themselves, their subscriptions, and
 * every will, also of sessions that end with their connection. All of one client lie in one shard, so that what is written
 * later is durable only with what was written before.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class StoredSessions {
    private final LoopStore store;
    private final HeldRecords held;
    /** Wills that are written and neither published nor dropped. */
    private final Map<SessionKey, SessionWill> wills = new HashMap<>();

    StoredSessions(LoopStore store) {
        this.store = store;
        this.held = new HeldRecords(store.loop());
    }

    /** A durable session as it is now. */
    void session(Session session, SessionRecord record, @Nullable WriteCallback written) {
        if (!held.keep(session, record, written)) {
            write(session, record, written);
        }
    }

    /** A session that was there before, or has ended, needs no more space. */
    private void write(Session session, SessionRecord record, @Nullable WriteCallback written) {
        Bytes key = session.ownerKey().alone();
        if (session.isConfirmed() || session.isEnded()) {
            store.putFromReserve(Tables.SESSION, key, record.write(key), written);
        } else {
            store.put(Tables.SESSION, key, record.write(key), written);
        }
    }

    /** Records of the client's session wait until {@link #release}: those of the one before have to go first. */
    void hold(SessionKey client) {
        held.hold(client);
    }

    /** Writes the record that waits, if there is one. */
    void release(SessionKey client) {
        held.release(client, this::write);
    }

    /** The session whose record waits has ended. */
    void dropHeld(SessionKey client) {
        held.drop(client);
    }

    /** There is no durable session of this client: awaited, it tells that those before are gone for good. */
    void noSession(Session session, WriteCallback written) {
        store.delete(Tables.SESSION, session.ownerKey().alone(), written);
    }

    /** @param replaces whether there is a record of the filter, so that this one needs no more space */
    void subscription(
            Session session, String filter, SubscriptionRecord record, boolean replaces, @Nullable WriteCallback written) {
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

    private void write(SessionKey client, Bytes key, SessionWill will, long dueAtMillis, @Nullable WriteCallback written) {
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

    /** Its client has none, or no longer. */
    void noWill(SessionKey client) {
        if (wills.remove(client) != null) {
            delete(client);
        }
    }

    /** It has been published, or nobody is to get it; not that of another connection. */
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

    /** Whether it is neither published nor replaced. */
    boolean isPending(SessionKey client, SessionWill will) {
        return wills.get(client) == will;
    }

    /**
     * A broker before this one has written it.
     *
     * @param dueAtMillis wall time, when that broker did not know it; else 0
     */
    void restored(SessionKey client, SessionWill will, long dueAtMillis) {
        if (dueAtMillis > 0) {
            write(client, keyOf(client), will, dueAtMillis, null);
        } else {
            wills.put(client, will);
        }
    }

    /** A durable session has ended. */
    void ended(Session session) {
        store.delete(Tables.SESSION, session.ownerKey().alone(), null);
        subscriptionsEnded(session);
    }

    /** The same of its subscriptions alone. */
    void subscriptionsEnded(Session session) {
        store.deleteRange(Tables.SUBSCRIPTION, session.ownerKey().all(), null);
    }
}
