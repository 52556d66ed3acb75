package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.persistence.InboundRecord;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.MessageRemovals;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.PassingRecord;
import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.QueueRecord;
import io.maxmq.core.persistence.Routings;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.persistence.Write;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The journal of the sessions of one loop in a {@link LoopStore}: a record per message and per packet id, written with those of
 * the other sessions.
 *
 * <p>What makes QoS 2 exactly once at a publisher's side: the packet id is written with its message, early, that is before any
 * recipient's record of it; when all recipients have theirs, the message goes from the record. So a start finds the messages
 * whose routing a crash has cut off, and goes on under the same message id, which tells recipients that have it already.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class StoreJournal implements SessionJournal {
    private static final int ENTRIES_PER_PAGE = 1_000;

    /** About what a record of the queue takes beside its message. */
    private static final int RECORD_BYTES = 64;

    private final LoopStore store;
    private final Payloads payloads;
    private final MessageRemovals removals;
    private final Routings routings;
    private final Routings retaining;
    private final long firstSequence;
    private final Map<Session, Int2ObjectHashMap<InboundQos2State>> received = new HashMap<>();

    private final class Append implements Appending, Supplier<Mutation.Put> {
        private final Session session;
        private final long sequence;
        private final StoredMessage message;
        private final int flags;
        private final FilterSubscription subscription;
        private final WriteCallback referred;
        private @Nullable Write write;
        /** Whether it counts among what the tenant has stored, and has not been told. */
        private boolean isCounted;

        Append(
                Session session,
                long sequence,
                StoredMessage message,
                int flags,
                FilterSubscription subscription,
                boolean moves,
                WriteCallback completion) {
            this.session = session;
            this.sequence = sequence;
            this.message = message;
            this.flags = flags;
            this.subscription = subscription;
            this.isCounted = session.routes().stored().isBounded();
            if (isCounted) {
                session.routes().stored().add(message.bytes());
            }
            WriteCallback told = isCounted ? failure -> told(failure, completion) : completion;
            this.referred = moves ? payloads.referFromReserve(message, told) : payloads.refer(message, told);
        }

        private void told(@Nullable Throwable failure, WriteCallback completion) {
            if (failure != null) {
                uncount();
            }
            isCounted = false; // the session's acknowledgement does it
            completion.onWritten(failure);
        }

        private void uncount() {
            if (isCounted) {
                isCounted = false;
                session.routes().stored().add(-message.bytes());
            }
        }

        int expectedBytes() {
            return RECORD_BYTES + MessageRecord.sizeOf(message, Payloads.isApart(message));
        }

        @Override
        public Mutation.Put get() {
            Bytes key = session.ownerKey().numbered(sequence);
            return new Mutation.Put(
                    Tables.QUEUE,
                    key,
                    QueueRecord.waiting(key, message, flags, subscription.subscriptionIds(), shared(subscription)));
        }

        @Override
        public void withdraw() {
            if (write != null && !write.withdraw()) {
                store.deleteSoon(Tables.QUEUE, session.ownerKey().numbered(sequence));
            }
            payloads.withdraw(referred);
            uncount();
        }
    }

    StoreJournal(LoopRecords records) {
        this.store = records.store();
        this.payloads = records.payloads();
        this.removals = records.removals();
        this.routings = records.routings();
        this.retaining = records.retaining();
        this.firstSequence = records.firstSequence();
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public long firstSequence() {
        return firstSequence;
    }

    // ---- what the session owes its subscriber

    @Override
    public Appending append(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            FilterSubscription subscription,
            boolean isSent,
            boolean moves,
            WriteCallback completion) {
        Append append = new Append(session, sequence, message, flags, subscription, moves, completion);
        if (isSent) {
            append.write = store.putSoon(session.ownerKey().shard(), append.expectedBytes(), append, append.referred);
        } else {
            Mutation.Put put = append.get();
            append.write = store.put(put.table(), put.key(), put.value(), append.referred);
        }
        if (moves && append.write != null) {
            append.write.useReserve();
        }
        return append;
    }

    /** With the share; null when it is not shared, or not known. */
    private static @Nullable String shared(@Nullable FilterSubscription subscription) {
        return subscription == null || subscription.share() == null
                ? null
                : subscription.filter().toString();
    }

    @Override
    public void release(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            @Nullable FilterSubscription subscription,
            WriteCallback completion) {
        Bytes key = session.ownerKey().numbered(sequence);
        Bytes value = QueueRecord.released(key, flags, message.idHigh(), message.idLow(), shared(subscription));
        store.putFromReserve(Tables.QUEUE, key, value, failure -> {
            if (failure == null) {
                payloads.forget(message);
                session.routes().stored().add(-message.bytes());
            }
            completion.onWritten(failure);
        });
    }

    @Override
    public void acknowledge(Session session, long sequence, @Nullable StoredMessage message) {
        Bytes key = session.ownerKey().numbered(sequence);
        if (message == null) {
            // Not before the publisher's packet id tells that the message is routed: see the class.
            store.deleteEventually(Tables.QUEUE, key);
        } else {
            store.deleteSoon(Tables.QUEUE, key);
            payloads.forget(message);
            session.routes().stored().add(-message.bytes());
        }
    }

    @Override
    public void complete(Session session, long sequence, WriteCallback completion) {
        // At once: what a broker before has left was routed to its end before anybody could connect.
        store.delete(Tables.QUEUE, session.ownerKey().numbered(sequence), completion);
    }

    /** Nobody has got it, so there is nothing to wait for; and a page that is read next must not find it. */
    @Override
    public void refused(Session session, long sequence) {
        store.deleteSoon(Tables.QUEUE, session.ownerKey().numbered(sequence));
    }

    @Override
    public void pageIn(Session session, long fromSequence, int maxMessages, int maxBytes, Page page) {
        store.afterWritten(() -> store.reads()
                .page(
                        Tables.QUEUE,
                        session.ownerKey().numberedFrom(fromSequence),
                        maxMessages,
                        maxBytes,
                        session::foundDamage,
                        (found, failure) -> {
                            if (found == null) {
                                page.onEnd(failure);
                            } else {
                                new PageReading(session, found, maxBytes, page).goOn();
                            }
                        }));
    }

    /** Goes through the entries of a page, one after the other, as large bodies are read one after the other. */
    private final class PageReading {
        private final Session session;
        private final List<Entry> entries;
        private final Page page;
        private long bytesLeft;
        private int next;

        PageReading(Session session, List<Entry> entries, int maxBytes, Page page) {
            this.session = session;
            this.entries = entries;
            this.page = page;
            this.bytesLeft = maxBytes;
        }

        void goOn() {
            while (next < entries.size() && bytesLeft > 0) {
                Entry entry = entries.get(next++);
                long sequence = OwnerKey.numberIn(entry.key());
                QueueRecord record;
                try {
                    record = QueueRecord.read(entry);
                } catch (DamagedRecordException damaged) {
                    damaged(entry, sequence, damaged);
                    continue;
                }
                MessageRecord message = record.message();
                if (message == null) {
                    page.onReleased(sequence, record.deliveryFlags());
                } else if (message.isApart()) {
                    readBody(entry, sequence, record, message);
                    return;
                } else if (!give(entry, sequence, record, message, null)) {
                    break;
                }
            }
            page.onEnd(null);
        }

        private void readBody(Entry entry, long sequence, QueueRecord record, MessageRecord message) {
            payloads.read(record.idHigh(), record.idLow(), (body, failure) -> {
                if (failure != null && !(failure instanceof DamagedRecordException)) {
                    page.onEnd(failure);
                } else if (give(entry, sequence, record, message, body)) {
                    goOn();
                } else {
                    page.onEnd(null);
                }
            });
        }

        /** False when no more is wanted. */
        private boolean give(
                Entry entry, long sequence, QueueRecord record, MessageRecord kept, byte @Nullable [] body) {
            try {
                StoredMessage message = message(session, kept, body);
                bytesLeft -= message.bytes();
                return page.onMessage(sequence, message, record.deliveryFlags(), subscriptionOf(session, record));
            } catch (DamagedRecordException damaged) {
                damaged(entry, sequence, damaged);
                session.routes().stored().add(-kept.storedBytes());
                if (kept.isApart()) {
                    payloads.forget(record.idHigh(), record.idLow());
                }
                return true;
            }
        }

        private void damaged(Entry entry, long sequence, DamagedRecordException damaged) {
            session.foundDamage(damaged);
            store.deleteSoon(Tables.QUEUE, entry.key());
            page.onDamaged(sequence);
        }
    }

    // ---- what goes to other members of shared subscriptions

    @Override
    public void pass(
            Session session, long sequence, StoredMessage message, SharedGroup group, WriteCallback completion) {
        Bytes key = session.ownerKey().numbered(sequence);
        String filter = group.filter().toString();
        Bytes value = PassingRecord.write(key, message.idHigh(), message.idLow(), filter);
        store.putFromReserve(Tables.PASSING, key, value, completion);
    }

    @Override
    public void passed(Session session, long sequence) {
        store.deleteSoon(Tables.PASSING, session.ownerKey().numbered(sequence));
    }

    // ---- what its publisher has handed over

    @Override
    public void receive(
            Session session, int packetId, StoredMessage message, long dueAtMillis, WriteCallback completion) {
        boolean retains = message.retain() && message.payloadLength() > 0;
        InboundQos2State now =
                new InboundQos2State(payloads, message, routings.begin(), retains ? retaining.begin() : null);
        InboundQos2State before = received.computeIfAbsent(session, each -> new Int2ObjectHashMap<>())
                .put(packetId, now);
        if (before != null) {
            before.end();
        }
        Bytes key = session.ownerKey().numbered(packetId);
        ClientInfo author = dueAtMillis == 0 ? null : session.client();
        Bytes value = author == null
                ? InboundRecord.routing(key, message)
                : InboundRecord.delayed(key, dueAtMillis, author, message);
        store.putEarly(Tables.INBOUND, key, value, now.refer(message, completion));
    }

    @Override
    public void routed(Session session, int packetId) {
        InboundQos2State message = find(session, packetId);
        if (message != null && message.isWhole()) {
            Bytes key = session.ownerKey().numbered(packetId);
            Bytes value = InboundRecord.routed(key, message.idHigh(), message.idLow());
            message.routed(store.putEarlySoon(Tables.INBOUND, key, value));
            message.end();
        }
    }

    @Override
    public void forget(Session session, int packetId, @Nullable WriteCallback completion) {
        Int2ObjectHashMap<InboundQos2State> ofSession = received.get(session);
        InboundQos2State message = ofSession == null ? null : ofSession.get(packetId);
        if (message != null) {
            message.released();
        }
        Bytes key = session.ownerKey().numbered(packetId);
        if (completion == null) {
            store.deleteEarly(Tables.INBOUND, key, null);
            if (message != null) {
                message.end();
            }
            remove(session, packetId, message);
            return;
        }
        store.deleteEarly(Tables.INBOUND, key, failure -> {
            if (failure == null) {
                if (message != null) {
                    message.end();
                }
                remove(session, packetId, message);
            }
            completion.onWritten(failure);
        });
    }

    private void remove(Session session, int packetId, @Nullable InboundQos2State message) {
        Int2ObjectHashMap<InboundQos2State> ofSession = received.get(session);
        if (ofSession != null && message != null && ofSession.remove(packetId, message) && ofSession.isEmpty()) {
            received.remove(session);
        }
    }

    private @Nullable InboundQos2State find(Session session, int packetId) {
        Int2ObjectHashMap<InboundQos2State> ofSession = received.get(session);
        return ofSession == null ? null : ofSession.get(packetId);
    }

    // ---- what a broker before this one has left

    @Override
    public void load(Session session, Found found) {
        store.reads()
                .scan(
                        Tables.INBOUND,
                        session.ownerKey().all(),
                        session::foundDamage,
                        entries -> entries.forEach(each -> found.onPacketId(InboundRecord.packetId(each.key()))),
                        failure -> {
                            if (failure != null) {
                                found.onEnd(failure);
                            } else {
                                new Counting(session, found).begin();
                            }
                        });
    }

    /** Counts what is left of a queue: a look at all of it, a page at a time. */
    private final class Counting {
        private final Session session;
        private final Found found;
        private long first = -1;
        private int messages;
        private long bytes;
        private long lastReleased = -1;

        Counting(Session session, Found found) {
            this.session = session;
            this.found = found;
        }

        void begin() {
            KeyRange queue = session.ownerKey().numbered(0, firstSequence);
            store.reads().scan(Tables.QUEUE, queue, session::foundDamage, this::count, failure -> {
                if (failure == null && messages > 0) {
                    found.onMessages(first, messages, bytes, lastReleased);
                }
                found.onEnd(failure);
            });
        }

        private void count(List<Entry> entries) {
            for (Entry entry : entries) {
                long sequence = OwnerKey.numberIn(entry.key());
                try {
                    QueueRecord record = QueueRecord.read(entry);
                    if (record.released()) {
                        lastReleased = sequence;
                    } else {
                        bytes += sizeOf(record);
                    }
                } catch (DamagedRecordException damaged) {
                    session.foundDamage(damaged);
                    store.deleteSoon(Tables.QUEUE, entry.key());
                    continue;
                }
                messages++;
                first = first < 0 ? sequence : first;
            }
            store.loop().work(ENTRIES_PER_PAGE);
        }

        private int sizeOf(QueueRecord record) {
            return record.message() == null ? 0 : record.message().storedBytes();
        }
    }

    @Override
    public void endInbound(Session session) {
        Int2ObjectHashMap<InboundQos2State> ofSession = received.remove(session);
        if (ofSession != null) {
            ofSession.values().forEach(InboundQos2State::released);
        }
        store.deleteRangeEarly(Tables.INBOUND, session.ownerKey().all());
        if (ofSession != null) {
            ofSession.values().forEach(InboundQos2State::end);
        }
    }

    @Override
    public void endOutbound(Session session, long nextSequence) {
        store.deleteRange(Tables.QUEUE, session.ownerKey().numbered(0, nextSequence), null);
    }

    @Override
    public void endOutbound(Session session, long firstSequence, long nextSequence, Runnable removed) {
        removals.remove(
                Tables.QUEUE, session.ownerKey().numbered(firstSequence, nextSequence), session::foundDamage, bytes -> {
                    session.routes().stored().add(-bytes);
                    removed.run();
                });
    }

    /** A message of the session that storage has kept. */
    private static StoredMessage message(Session session, MessageRecord record, byte @Nullable [] body) {
        return record.toMessage(
                name -> ApplicationMessages.topic(session.routes().topics(), session.loopIndex(), name), body);
    }

    /** Why the session got a message that storage has kept: the subscription as it is now, or one of the same terms. */
    private static FilterSubscription subscriptionOf(Session session, QueueRecord record) {
        FilterSubscription present = record.filter() == null ? null : session.subscription(record.filter());
        if (present != null && Arrays.equals(present.subscriptionIds(), record.subscriptionIds())) {
            return present;
        }
        String topic = record.message() == null ? "" : record.message().topic();
        TopicFilter filter = record.filter() == null ? TopicFilter.ofTopic(topic) : TopicFilter.of(record.filter());
        return FilterSubscription.restored(session, filter, 2, record.subscriptionIds());
    }
}
