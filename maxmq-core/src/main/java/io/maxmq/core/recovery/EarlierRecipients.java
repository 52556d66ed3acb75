package io.maxmq.core.recovery;

import io.maxmq.core.persistence.GroupQueueRecord;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.QueueRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.session.AlreadyThere;
import io.maxmq.core.session.SessionKey;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Who had got some messages before the broker's end: sessions by their own subscriptions, and shared subscriptions, of which a
 * member or the queue had it. Thread-safe.
 */
final class EarlierRecipients implements AlreadyThere {
    record MessageId(long high, long low) {}

    /** @param shared the shared subscription's filter with its share; null for the session itself */
    private record Recipient(SessionKey of, @Nullable String shared) {}

    private final Map<MessageId, Set<Recipient>> recipients = new ConcurrentHashMap<>();

    /** A look at all queues. */
    static AlreadyThere of(Set<MessageId> wanted, Persistence persistence, Logger log) {
        if (wanted.isEmpty()) {
            return NOTHING;
        }
        EarlierRecipients found = new EarlierRecipients();
        persistence.readAll(
                Tables.QUEUE,
                entry -> {
                    QueueRecord record = QueueRecord.read(entry);
                    found.add(
                            wanted,
                            record.idHigh(),
                            record.idLow(),
                            recipient(SessionKey.ofRecord(entry.key()), record.filter()));
                },
                log);
        persistence.readAll(
                Tables.GROUP_QUEUE,
                entry -> {
                    MessageRecord record = GroupQueueRecord.read(entry);
                    SessionKey queue = SessionKey.ofRecord(entry.key());
                    found.add(wanted, record.idHigh(), record.idLow(), recipient(queue, queue.clientId()));
                },
                log);
        return found.recipients.isEmpty() ? NOTHING : found;
    }

    /** All members of a shared subscription, and its queue, are one. */
    private static Recipient recipient(SessionKey session, @Nullable String shared) {
        return new Recipient(shared == null ? session : new SessionKey(session.tenant(), shared), shared);
    }

    private void add(Set<MessageId> wanted, long high, long low, Recipient recipient) {
        MessageId id = new MessageId(high, low);
        if (wanted.contains(id)) {
            recipients
                    .computeIfAbsent(id, each -> ConcurrentHashMap.newKeySet())
                    .add(recipient);
        }
    }

    @Override
    public boolean has(SessionKey client, @Nullable String shared, long idHigh, long idLow) {
        Set<Recipient> of = recipients.get(new MessageId(idHigh, idLow));
        return of != null && of.contains(recipient(client, shared));
    }

    @Override
    public void passesOn(SessionKey client, String shared, long idHigh, long idLow) {
        Set<Recipient> of = recipients.get(new MessageId(idHigh, idLow));
        if (of != null) {
            of.remove(recipient(client, shared));
        }
    }
}
