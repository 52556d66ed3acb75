package io.maxmq.core.recovery;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.persistence.DelayedRecord;
import io.maxmq.core.persistence.GroupQueueRecord;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.QueueRecord;
import io.maxmq.core.persistence.RetainedRestore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.recovery.EarlierRecipients.MessageId;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.session.AlreadyThere;
import io.maxmq.core.session.GroupQueues;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * What a start puts back of messages that belong to no session: {@link #restore} when sessions and subscriptions are there, and
 * before anything is routed or a client comes. On the thread that starts the broker.
 */
public final class KeptMessages {
    /** What has come due is routed by then. */
    private static final long DUE_IS_ROUTED_NANOS = 60_000_000_000L;

    private final Persistence persistence;
    private final List<LoopAssembly> loops;
    private final Function<Tenant, Routes> routesOf;
    private final GroupQueues groupQueues;
    private final MemoryBudget budget;
    private final Logger log;
    /** Delayed messages and wills of QoS 2 that are due: the end may have come when they were routed already. */
    private final Set<MessageId> due = new HashSet<>();

    private long lastDueMillis;

    public KeptMessages(
            Persistence persistence,
            List<LoopAssembly> loops,
            Function<Tenant, Routes> routesOf,
            GroupQueues groupQueues,
            MemoryBudget budget,
            Logger log) {
        this.persistence = persistence;
        this.loops = loops;
        this.routesOf = routesOf;
        this.groupQueues = groupQueues;
        this.budget = budget;
        this.log = log;
    }

    void restore(long epochMillis) {
        restoreRetained(epochMillis);
        restoreGroupQueues();
        restoreDelayed(epochMillis);
    }

    private void restoreRetained(long epochMillis) {
        RetainedRestore retained = new RetainedRestore(persistence, routesOf, budget, log);
        long restored = retained.run(epochMillis);
        LoopAssembly first = loops.get(0);
        first.loop().execute(() -> retained.expireLater(first.router()));
        if (restored > 0) {
            log.info("restored {} retained messages", restored);
        }
    }

    // ---- queues of shared subscriptions

    private static final class Left {
        private int messages;
        private long bytes;
        private long first = -1;
        private long last;
    }

    /** A message of one queue. */
    private record Waiting(MessageId id, SessionKey queue) {}

    private record Place(Bytes key, long bytes) {}

    private void restoreGroupQueues() {
        Map<SessionKey, Left> queues = new HashMap<>();
        Map<Waiting, Place> mayBeTaken = new HashMap<>();
        persistence.readAll(
                Tables.GROUP_QUEUE,
                entry -> {
                    SessionKey key = SessionKey.ofRecord(entry.key());
                    Left left = queues.computeIfAbsent(key, each -> new Left());
                    count(entry, key, left, mayBeTaken);
                },
                log);
        removeTaken(queues, mayBeTaken);
        queues.forEach(this::restore);
    }

    private static void count(Entry entry, SessionKey key, Left left, Map<Waiting, Place> mayBeTaken) {
        long sequence = OwnerKey.numberIn(entry.key());
        left.first = left.first < 0 ? sequence : left.first;
        left.last = sequence;
        left.messages++;
        try {
            MessageRecord message = GroupQueueRecord.read(entry);
            long bytes = message.storedBytes();
            left.bytes += bytes;
            if (message.qos() == 2 && left.messages <= GroupQueues.MAX_GIVEN) {
                MessageId id = new MessageId(message.idHigh(), message.idLow());
                mayBeTaken.put(new Waiting(id, key), new Place(entry.key(), bytes));
            }
        } catch (DamagedRecordException damaged) {
            // Counted, so that it is looked for and found to be lost.
            left.bytes += StoredMessage.OVERHEAD_BYTES;
        }
    }

    /**
     * A member may have got a message, and the end of the broker has come before the queue's own record went. That goes now, before
     * the member can be through with the message: then nothing would tell a next start.
     */
    private void removeTaken(Map<SessionKey, Left> queues, Map<Waiting, Place> mayBeTaken) {
        if (mayBeTaken.isEmpty()) {
            return;
        }
        List<Batch> removals = new ArrayList<>();
        persistence.readAll(
                Tables.QUEUE,
                entry -> {
                    QueueRecord record = QueueRecord.read(entry);
                    if (record.filter() == null) {
                        return;
                    }
                    SessionKey queue =
                            new SessionKey(SessionKey.ofRecord(entry.key()).tenant(), record.filter());
                    MessageId id = new MessageId(record.idHigh(), record.idLow());
                    Place place = mayBeTaken.remove(new Waiting(id, queue));
                    Left left = queues.get(queue);
                    if (place != null && left != null) {
                        left.messages--;
                        left.bytes -= place.bytes;
                        routesOf.apply(queue.tenant()).stored().add(-place.bytes);
                        removals.add(Batch.builder(ShardedKey.shardOf(place.key))
                                .delete(Tables.GROUP_QUEUE, place.key)
                                .build());
                    }
                },
                log);
        persistence.write(removals);
        queues.values().removeIf(each -> each.messages == 0);
    }

    private void restore(SessionKey queue, Left left) {
        TopicFilter filter = TopicFilter.parse(queue.clientId(), Integer.MAX_VALUE);
        groupQueues.restore(queue, new GroupQueues.Left(left.messages, left.bytes, left.first, left.last));
        if (filter == null || !routesOf.apply(queue.tenant()).openQueue(filter)) {
            groupQueues.forget(queue);
        }
    }

    // ---- delayed messages

    private void restoreDelayed(long epochMillis) {
        persistence.readAll(Tables.DELAYED, entry -> restoreDelayed(entry, epochMillis), log);
    }

    /**
     * A message of QoS 2 that is routed by itself now, or soon, may have been routed before the end.
     *
     * @param dueAtMillis when it will be routed at the latest
     */
    void mayBeRouted(MessageRecord message, long dueAtMillis) {
        due.add(new MessageId(message.idHigh(), message.idLow()));
        lastDueMillis = Math.max(lastDueMillis, dueAtMillis);
    }

    /**
     * Looks who has got these, and those of {@link #mayBeRouted}, before the end: from now on such a one does not get it once more,
     * until all are routed.
     *
     * @param cutOff messages whose routing was cut off
     */
    void findEarlierRecipients(Set<MessageId> cutOff, long epochMillis) {
        due.addAll(cutOff);
        AlreadyThere there = EarlierRecipients.of(due, persistence, log);
        if (there == AlreadyThere.NOTHING) {
            return;
        }
        long routedNanos = DUE_IS_ROUTED_NANOS + Math.max(0, lastDueMillis - epochMillis) * 1_000_000L;
        for (LoopAssembly each : loops) {
            each.loop().execute(() -> {
                each.sessions().alreadyThere(there);
                each.loop().schedule(routedNanos, () -> each.sessions().alreadyThere(AlreadyThere.NOTHING));
            });
        }
    }

    /** Last, since it routes what has come due meanwhile. */
    public void routeDelayed() {
        for (LoopAssembly each : loops) {
            each.loop().execute(() -> each.sessions().beginRestoredDelayed());
        }
    }

    private void restoreDelayed(Entry entry, long epochMillis) {
        DelayedRecord record = DelayedRecord.read(entry);
        SessionKey publisher = SessionKey.ofRecord(entry.key());
        Routes routes = routesOf.apply(publisher.tenant());
        if (record.message().qos() == 2 && record.dueAtMillis() <= epochMillis) {
            mayBeRouted(record.message(), record.dueAtMillis());
        }
        long number = OwnerKey.numberIn(entry.key());
        LoopAssembly at = LoopAssembly.of(loops, publisher);
        at.loop().execute(() -> at.sessions().restoreDelayed(publisher, routes, record, number));
    }
}
