package io.maxmq.core.recovery;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.persistence.GroupQueueRecord;
import io.maxmq.core.persistence.InboundRecord;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.QueueRecord;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.persistence.WillRecord;
import io.maxmq.core.recovery.EarlierRecipients.MessageId;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SessionWill;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a start does with what the broker before has left: makes its sessions and their subscriptions again, goes on with
 * messages of QoS 2 whose routing was cut off, and has what came due meanwhile done. Queues and what is in flight stay in
 * storage until they are needed.
 *
 * <p>Runs on the thread that starts the broker, before the listeners open, and blocks it; what it makes, it makes on the loops.
 */
public final class Recovery {
    private static final int PER_TASK = 500;

    private final Persistence persistence;
    private final List<LoopAssembly> loops;
    private final Function<Tenant, Routes> routesOf;
    private final long nowMillis;
    private final long willGraceMillis;
    private final Logger log;
    private final List<Tasks> tasks = new ArrayList<>();
    private final List<Tasks> clocks = new ArrayList<>();

    /** When clients went that were connected when the broker ended is not known: now. */
    public Recovery(
            Persistence persistence,
            List<LoopAssembly> loops,
            Function<Tenant, Routes> routesOf,
            long nowMillis,
            long willGraceMillis,
            Logger log) {
        this.persistence = persistence;
        this.loops = loops;
        this.routesOf = routesOf;
        this.nowMillis = nowMillis;
        this.willGraceMillis = willGraceMillis;
        this.log = log;
        for (LoopAssembly each : loops) {
            tasks.add(new Tasks(each));
            clocks.add(new Tasks(each));
        }
    }

    /** What one loop is to do, handed over some at a time. */
    private static final class Tasks {
        private final LoopAssembly loop;
        private List<Consumer<LoopSessions>> waiting = new ArrayList<>();

        Tasks(LoopAssembly loop) {
            this.loop = loop;
        }

        void add(Consumer<LoopSessions> task) {
            waiting.add(task);
        }

        void handOver() {
            List<Consumer<LoopSessions>> handed = waiting;
            waiting = new ArrayList<>();
            loop.loop().execute(() -> run(handed));
        }

        private void run(List<Consumer<LoopSessions>> handed) {
            for (Consumer<LoopSessions> task : handed) {
                try {
                    task.accept(loop.sessions());
                } catch (Throwable t) {
                    loop.loop().reportFailure(t);
                }
            }
        }
    }

    /**
     * @param kept restores retained messages and others that belong to no session; sessions and subscriptions are there
     * @param countsStoredBytes whether what the queues of tenants take is bounded
     */
    public void run(KeptMessages kept, boolean countsStoredBytes) {
        long begin = System.nanoTime();
        PassedOn.settle(persistence, log);
        if (countsStoredBytes) {
            each(Tables.QUEUE, entry -> count(entry, QueueRecord.read(entry).message()));
            each(Tables.GROUP_QUEUE, entry -> count(entry, GroupQueueRecord.read(entry)));
        }
        long sessions = each(Tables.SESSION, this::session);
        long subscriptions = each(Tables.SUBSCRIPTION, this::subscription);
        each(Tables.WILL, entry -> will(entry, kept));
        await();
        kept.restore(nowMillis);
        List<CutOff> cutOff = cutOff();
        kept.findEarlierRecipients(cutOff.stream().map(CutOff::id).collect(Collectors.toSet()), nowMillis);
        routeAgain(cutOff);
        clocks.forEach(Tasks::handOver);
        await();
        if (sessions > 0) {
            log.info(
                    "restored {} sessions with {} subscriptions in {} ms",
                    sessions,
                    subscriptions,
                    (System.nanoTime() - begin) / 1_000_000);
        }
    }

    private void count(Entry entry, @Nullable MessageRecord message) {
        if (message != null) {
            Tenant tenant = SessionKey.ofRecord(entry.key()).tenant();
            routesOf.apply(tenant).stored().add(message.storedBytes());
        }
    }

    private long each(Table table, Consumer<Entry> restore) {
        long[] count = {0};
        persistence.readAll(
                table,
                entry -> {
                    restore.accept(entry);
                    count[0]++;
                },
                log);
        return count[0];
    }

    private void session(Entry entry) {
        SessionKey key = SessionKey.ofRecord(entry.key());
        SessionRecord record = SessionRecord.read(entry);
        Routes routes = routesOf.apply(key.tenant());
        on(tasks, key, sessions -> sessions.restore(key, routes, record));
        long awaySince = record.connected() ? nowMillis : record.awaySinceMillis();
        on(clocks, key, sessions -> sessions.restoreExpiry(key, awaySince, record.connected()));
    }

    private void subscription(Entry entry) {
        SessionKey key = SessionKey.ofRecord(entry.key());
        SubscriptionRecord record = SubscriptionRecord.read(entry);
        TopicFilter filter = TopicFilter.parse(SubscriptionRecord.filter(entry.key()));
        if (filter == null) {
            throw new DamagedRecordException("not a topic filter: key=" + entry.key());
        }
        on(tasks, key, sessions -> sessions.restoreSubscription(key, filter, record));
    }

    private void will(Entry entry, KeptMessages kept) {
        SessionKey key = SessionKey.ofRecord(entry.key());
        WillRecord record = WillRecord.read(entry);
        Routes routes = routesOf.apply(key.tenant());
        long delaySeconds = Math.min(record.delaySeconds(), record.client().sessionExpirySeconds());
        long dueAt =
                record.dueAtMillis() == 0 ? nowMillis + willGraceMillis + delaySeconds * 1000 : record.dueAtMillis();
        boolean mayBePublished = record.dueAtMillis() == 0 ? delaySeconds == 0 : dueAt <= nowMillis;
        if (mayBePublished && record.message().qos() == 2) {
            kept.mayBeRouted(record.message(), dueAt);
        }
        on(clocks, key, sessions -> {
            int loop = sessions.loop().index();
            SessionWill will = new SessionWill(
                    record.client(),
                    record.message().toMessage(name -> ApplicationMessages.topic(routes.topics(), loop, name), null),
                    record.delaySeconds(),
                    record.expirySeconds(),
                    record.laterSeconds());
            sessions.restoreWill(key, routes, will, dueAt, record.dueAtMillis() == 0);
        });
    }

    // ---- QoS 2 whose routing was cut off

    private record CutOff(
            SessionKey publisher,
            int packetId,
            long dueAtMillis,
            @Nullable ClientInfo author,
            MessageRecord message) {
        MessageId id() {
            return new MessageId(message.idHigh(), message.idLow());
        }
    }

    /** In the order of their ids, which is that of each publisher's messages. */
    private List<CutOff> cutOff() {
        List<CutOff> cutOff = new ArrayList<>();
        each(Tables.INBOUND, entry -> {
            InboundRecord record = InboundRecord.read(entry);
            MessageRecord message = record.message();
            if (message != null) {
                int packetId = InboundRecord.packetId(entry.key());
                cutOff.add(new CutOff(
                        SessionKey.ofRecord(entry.key()), packetId, record.dueAtMillis(), record.author(), message));
            }
        });
        cutOff.sort(Comparator.comparing(CutOff::id, Recovery::compare));
        return cutOff;
    }

    private void routeAgain(List<CutOff> cutOff) {
        if (cutOff.isEmpty()) {
            return;
        }
        CountDownLatch routed = new CountDownLatch(cutOff.size());
        for (CutOff each : cutOff) {
            routeAgain(each, routed);
        }
        tasks.forEach(Tasks::handOver);
        await("routing of messages whose routing was cut off", routed);
        log.info("went on with {} messages whose routing had been cut off", cutOff.size());
    }

    private static int compare(MessageId one, MessageId other) {
        int byHigh = Long.compareUnsigned(one.high(), other.high());
        return byHigh != 0 ? byHigh : Long.compareUnsigned(one.low(), other.low());
    }

    private void routeAgain(CutOff each, CountDownLatch routed) {
        Routes routes = routesOf.apply(each.publisher().tenant());
        byte[] body = each.message().isApart() ? bodyOf(each) : null;
        if (each.message().isApart() && body == null) {
            on(tasks, each.publisher(), sessions -> sessions.cutOff().forget(each.publisher(), each.packetId()));
            routed.countDown();
            return;
        }
        on(tasks, each.publisher(), sessions -> {
            try {
                sessions.cutOff()
                        .route(
                                each.publisher(),
                                routes,
                                each.packetId(),
                                each.message(),
                                each.dueAtMillis(),
                                each.author(),
                                body,
                                routed::countDown);
            } catch (RuntimeException unroutable) {
                routed.countDown();
                throw unroutable;
            }
        });
    }

    /** Null when it is not there: then PUBREC was not sent, as that needs both the packet id's record and the body. */
    private byte @Nullable [] bodyOf(CutOff each) {
        try {
            return persistence
                    .read(
                            Tables.PAYLOAD,
                            Payloads.key(each.message().idHigh(), each.message().idLow()))
                    .map(Payloads::body)
                    .orElse(null);
        } catch (DamagedRecordException damaged) {
            log.error(
                    "a message of {} to {} is damaged and left out: {}",
                    each.publisher().clientId(),
                    each.message().topic(),
                    damaged.getMessage());
            return null;
        }
    }

    // ---- the loops

    private void on(List<Tasks> what, SessionKey key, Consumer<LoopSessions> task) {
        Tasks ofLoop = what.get(key.loopIndex(loops.size()));
        ofLoop.add(task);
        if (what == tasks && ofLoop.waiting.size() >= PER_TASK) {
            ofLoop.handOver();
        }
    }

    private void await() {
        CountDownLatch done = new CountDownLatch(loops.size());
        tasks.forEach(Tasks::handOver);
        for (LoopAssembly each : loops) {
            each.loop().execute(done::countDown);
        }
        await("restoring on the event loops", done);
    }

    /** Waits as long as the count goes down within each answer timeout: the loops wait for the storage. */
    private void await(String step, CountDownLatch latch) {
        long timeoutMillis = persistence.answerTimeout().toMillis();
        try {
            long before = latch.getCount();
            while (!latch.await(timeoutMillis, TimeUnit.MILLISECONDS)) {
                long now = latch.getCount();
                if (now == before) {
                    throw persistence.silent(step);
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the broker was starting", e);
        }
    }
}
