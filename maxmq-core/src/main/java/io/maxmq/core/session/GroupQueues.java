package io.maxmq.core.session;

import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.SharedQueue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Makes the queues of shared subscriptions, each on the loop of its tenant and filter. Thread-safe. */
public final class GroupQueues implements SharedQueue.Maker {
    /**
     * How many messages of a queue may be given and not known to be with a member. A start looks for so many of a queue's first
     * ones with the members, since a crash may have left the record of one that a member has.
     */
    public static final int MAX_GIVEN = 512;

    private final List<LoopSessions> loops;
    private final Map<SessionKey, Left> left = new ConcurrentHashMap<>();
    /** No number is given twice, also not to a queue that has the name of one that has ended. */
    private final AtomicLong sequence = new AtomicLong();

    private volatile boolean closing;

    /**
     * What a broker before this one has left of a queue in storage.
     *
     * @param messages how many
     * @param bytes what they take, each as {@link io.maxmq.core.routing.StoredMessage#bytes} has it
     * @param firstSequence of the first one, or before it
     * @param lastSequence of the last one
     */
    public record Left(int messages, long bytes, long firstSequence, long lastSequence) {}

    /** @param loops the sessions of each loop; all are there before the first message is routed */
    public GroupQueues(List<LoopSessions> loops) {
        this.loops = loops;
    }

    @Override
    public SharedQueue make(SharedGroup group, Routes routes) {
        SessionKey key = new SessionKey(routes.tenant(), group.filter().toString());
        Left before = left.remove(key);
        return new GroupQueue(this, at(key), routes, group, key, before == null ? new Left(0, 0, 0, 0) : before);
    }

    /** The loop of a queue. */
    public LoopSessions at(SessionKey key) {
        return loops.get(key.loopIndex(loops.size()));
    }

    /** Has the queue of this name begin with what is in storage. Before it is made. */
    public void restore(SessionKey key, Left stored) {
        left.put(key, stored);
    }

    /** Nobody has that shared subscription any more: removes what is in storage. */
    public void forget(SessionKey key) {
        Left before = left.remove(key);
        LoopSessions home = at(key);
        LoopRecords records = home.records();
        if (before != null && records != null) {
            OwnerKey owner = key.ownerKey();
            home.loop()
                    .execute(() -> records.removals()
                            .remove(
                                    Tables.GROUP_QUEUE,
                                    owner.numbered(0, records.firstSequence()),
                                    home.loop()::reportFailure,
                                    bytes ->
                                            home.routesOf(key.tenant()).stored().add(-bytes)));
        }
    }

    /** The next one of all queues. */
    long nextSequence(LoopRecords records) {
        return records.firstSequence() + sequence.getAndIncrement();
    }

    /** From now on sessions end because the broker does: what waits in storage stays there. */
    public void close() {
        closing = true;
    }

    boolean isClosing() {
        return closing;
    }
}
