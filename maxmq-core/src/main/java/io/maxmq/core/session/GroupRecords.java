package io.maxmq.core.session;

import io.maxmq.core.persistence.GroupQueueRecord;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.MessageRemovals;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.persistence.Write;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.StoredBytes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The records of the messages that wait for members of one shared subscription. Runs on the loop. Not thread-safe. */
final class GroupRecords {
    private static final int PAGE_MESSAGES = 128;
    private static final int PAGE_BYTES = 256 * 1024;

    private final LoopStore store;
    private final Payloads payloads;
    private final MessageRemovals removals;
    private final String name;
    private final OwnerKey owner;
    private final Function<String, Topic> topics;
    private final StoredBytes stored;
    private boolean reading;

    /** @param stored what the tenant's queues take */
    GroupRecords(LoopRecords records, SessionKey key, Function<String, Topic> topics, StoredBytes stored) {
        this.stored = stored;
        this.store = records.store();
        this.payloads = records.payloads();
        this.removals = records.removals();
        this.name = key.clientId();
        this.owner = key.ownerKey();
        this.topics = topics;
    }

    /** Told what a page has. */
    interface Page {
        /**
         * @param message null when it cannot be read any more
         * @return false when that is enough
         */
        boolean onMessage(long sequence, @Nullable StoredMessage message);

        /** @param entries how many there were, read or not */
        void onEnd(int entries, @Nullable Throwable failure);
    }

    /** One record of a message that has come since the broker has started. */
    final class Record {
        private final Bytes key;
        private final StoredMessage message;
        private final WriteCallback referred;
        private final @Nullable Write write;
        private boolean isTold;
        private boolean isCounted = true;

        private Record(long sequence, StoredMessage message, boolean soon, WriteCallback written) {
            this.key = owner.numbered(sequence);
            this.message = message;
            stored.add(message.bytes());
            this.referred = payloads.refer(message, failure -> {
                isTold = true;
                if (failure != null) {
                    uncount();
                }
                written.onWritten(failure);
            });
            Bytes value = GroupQueueRecord.write(key, message);
            this.write = soon
                    ? store.putSoon(Tables.GROUP_QUEUE, key, value, referred)
                    : store.put(Tables.GROUP_QUEUE, key, value, referred);
        }

        private void uncount() {
            if (isCounted) {
                isCounted = false;
                stored.add(-message.bytes());
            }
        }

        /** It is needed no more: somebody else has the message. */
        void remove() {
            uncount();
            if (write != null && !write.withdraw()) {
                store.delete(Tables.GROUP_QUEUE, key, null);
            }
            if (isTold) {
                payloads.forget(message);
            } else {
                payloads.withdraw(referred);
            }
        }

        /** Storage has refused it, or its body: it may be there all the same. */
        void refused() {
            if (write != null) {
                store.deleteSoon(Tables.GROUP_QUEUE, key);
            }
        }
    }

    /** @param soon whether it may turn out to be needless in a moment */
    Record write(long sequence, StoredMessage message, boolean soon, WriteCallback written) {
        return new Record(sequence, message, soon, written);
    }

    /** A record that was read is needed no more. */
    void remove(long sequence, StoredMessage message) {
        stored.add(-message.bytes());
        store.delete(Tables.GROUP_QUEUE, owner.numbered(sequence), null);
        payloads.forget(message);
    }

    /** The same of one that could not be read. */
    void removeUnread(long sequence) {
        store.delete(Tables.GROUP_QUEUE, owner.numbered(sequence), null);
    }

    /** Removes all from a sequence to another, both included, which are not removed one by one. */
    void removeAll(long from, long to) {
        removals.remove(
                Tables.GROUP_QUEUE, owner.numbered(from, to + 1), this::foundDamage, bytes -> stored.add(-bytes));
    }

    /** Reads a page, those that are on their way too; without effect while another is being read. */
    void read(long from, long to, Page page) {
        if (reading) {
            return;
        }
        reading = true;
        store.afterWritten(() -> store.reads()
                .page(
                        Tables.GROUP_QUEUE,
                        owner.numbered(from, to + 1),
                        PAGE_MESSAGES,
                        PAGE_BYTES,
                        this::foundDamage,
                        (read, failure) -> {
                            if (read == null) {
                                end(page, 0, failure);
                            } else {
                                new Reading(read, page).next();
                            }
                        }));
    }

    /** Something cannot be read: what it was about is lost, and the rest goes on. */
    private void foundDamage(Throwable damage) {
        store.loop()
                .reportFailure(
                        new DamagedRecordException("of shared subscription " + name + ": " + damage.getMessage()));
    }

    private void end(Page page, int entries, @Nullable Throwable failure) {
        reading = false;
        page.onEnd(entries, failure);
    }

    private final class Reading {
        private final List<Entry> entries;
        private final Page page;
        private int at;

        Reading(List<Entry> entries, Page page) {
            this.entries = entries;
            this.page = page;
        }

        void next() {
            while (at < entries.size()) {
                Entry entry = entries.get(at++);
                long sequence = OwnerKey.numberIn(entry.key());
                MessageRecord record = record(entry);
                if (record != null && record.isApart()) {
                    payloads.read(record.idHigh(), record.idLow(), (body, failure) -> {
                        if (failure != null && !(failure instanceof DamagedRecordException)) {
                            end(page, at, failure);
                        } else if (page.onMessage(sequence, message(record, body))) {
                            next();
                        } else {
                            end(page, at, null);
                        }
                    });
                    return;
                }
                if (!page.onMessage(sequence, record == null ? null : message(record, null))) {
                    break;
                }
            }
            end(page, at, null);
        }

        private @Nullable MessageRecord record(Entry entry) {
            try {
                return GroupQueueRecord.read(entry);
            } catch (DamagedRecordException damaged) {
                return null;
            }
        }

        private @Nullable StoredMessage message(MessageRecord record, byte @Nullable [] body) {
            try {
                return record.toMessage(topics, body);
            } catch (DamagedRecordException damaged) {
                return null;
            }
        }
    }
}
