package io.maxmq.core.routing;

import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The way from one loop to another: gathers messages in a batch, posts it once per iteration of the source (at once when
 * it holds 64 KiB), and says when the target is so far behind that publishers of the source should no longer be read.
 *
 * <p>Runs on the source loop, but for the part that runs on the target.
 */
final class Handover implements Deferred {
    private static final int POST_AT_BYTES = 64 * 1024;
    private static final int IDLE_BATCHES = 4;
    /** Deliveries under way, as far as they can be told, from which on publishers of the source wait: 20 ms or so. */
    private static final long MAX_WORK_UNDER_WAY = 200_000;
    /** A message that many get is not held against those that few get for long. */
    private static final int MAX_WORK_PER_MESSAGE = 10_000;

    private final Loop sourceLoop;
    private final Loop targetLoop;
    private final Router source;
    private final Router target;
    private final long maxBytesUnderWay;

    private @Nullable HandoverBatch open;
    private boolean deferred;

    /** Written by the source, read by the target as well. */
    private final AtomicLong postedBytes = new AtomicLong();

    private final AtomicLong postedMessages = new AtomicLong();

    /** What the target has worked off; written by the target, read by the source. */
    private final AtomicLong doneBytes = new AtomicLong();

    private final AtomicLong doneMessages = new AtomicLong();
    private volatile int workPerMessage = 1;

    /** On the target: batches that have come and are not yet delivered. */
    private final ArrayDeque<HandoverBatch> arrived = new ArrayDeque<>(4);

    private boolean delivering;
    private final Runnable deliver = this::deliver;
    /** Set by the source when it waits for room; the target then wakes it up. Pairs with {@link #doneBytes}. */
    private volatile boolean sourceWaits;

    private final SpscAtomicArrayQueue<HandoverBatch> idle = new SpscAtomicArrayQueue<>(IDLE_BATCHES);

    Handover(Loop sourceLoop, Loop targetLoop, Router source, Router target, long maxBytesUnderWay) {
        this.sourceLoop = sourceLoop;
        this.targetLoop = targetLoop;
        this.source = source;
        this.target = target;
        this.maxBytesUnderWay = maxBytesUnderWay;
    }

    Router target() {
        return target;
    }

    /** Hands a message over, for all plain subscribers there; with a subscription, for that one only. */
    void add(
            RoutedMessage message,
            Routes routes,
            @Nullable SharedGroup group,
            @Nullable FilterSubscription member,
            int attempts,
            @Nullable PendingOutcome outcome) {
        assert sourceLoop.inLoop();
        HandoverBatch batch = open;
        if (batch == null) {
            HandoverBatch used = idle.poll();
            batch = used != null ? used : new HandoverBatch(this);
            open = batch;
            if (!deferred) {
                deferred = true;
                sourceLoop.defer(this);
            }
        }
        batch.add(message, routes, group, member, attempts, outcome);
        if (batch.chargedBytes() >= POST_AT_BYTES) {
            post(batch);
        }
    }

    @Override
    public void runDeferred() {
        assert sourceLoop.inLoop();
        deferred = false;
        HandoverBatch batch = open;
        if (batch != null) {
            post(batch);
        }
    }

    private void post(HandoverBatch batch) {
        open = null;
        source.handingOver();
        postedBytes.setRelease(postedBytes.getPlain() + batch.chargedBytes());
        postedMessages.setRelease(postedMessages.getPlain() + batch.count());
        sourceLoop.counters().increment(Counter.HANDOVERS);
        targetLoop.executeContained(batch);
    }

    /** Whether the target is so far behind that the source's publishers are to wait. */
    boolean isCongested() {
        assert sourceLoop.inLoop();
        return isBehind(maxBytesUnderWay, MAX_WORK_UNDER_WAY);
    }

    private boolean isBehind(long bytes, long work) {
        // What is done is read first: it may grow, and must not seem to be more than has been posted.
        long bytesDone = doneBytes.get();
        long messagesDone = doneMessages.get();
        return postedBytes.get() - bytesDone > bytes
                || (postedMessages.get() - messagesDone) * workPerMessage > Math.max(work, workPerMessage);
    }

    /** What one message costs the target, about, in deliveries. */
    int workPerMessage() {
        return workPerMessage;
    }

    // ---- on the target

    void arrived(HandoverBatch batch) {
        assert targetLoop.inLoop();
        arrived.add(batch);
        if (!delivering) {
            deliver();
        }
    }

    /** Delivers what has come, some of it per turn of the loop. */
    private void deliver() {
        assert targetLoop.inLoop();
        delivering = true;
        long workAtBegin = targetLoop.workDone();
        try {
            for (HandoverBatch batch = arrived.peek(); batch != null; batch = arrived.peek()) {
                if (!batch.deliver(targetLoop, workAtBegin)) {
                    targetLoop.executeNextTurn(deliver);
                    return;
                }
                arrived.remove();
                ran(batch);
            }
            delivering = false;
        } catch (Throwable t) {
            delivering = false;
            targetLoop.reportFailure(t);
        }
    }

    /** Has the target wake the source's router when it has caught up; true when it already has. */
    boolean awaitRoom() {
        assert sourceLoop.inLoop();
        sourceWaits = true;
        if (isCongested()) {
            return false;
        }
        sourceWaits = false;
        return true;
    }

    /** The batch has been delivered. */
    private void ran(HandoverBatch batch) {
        assert targetLoop.inLoop();
        // A lone writer: no need for an atomic addition.
        doneBytes.setRelease(doneBytes.getPlain() + batch.chargedBytes());
        doneMessages.setRelease(doneMessages.getPlain() + batch.count());
        noteWork((int) Math.min(MAX_WORK_PER_MESSAGE, batch.deliveries() / Math.max(1, batch.count())));
        if (batch.answersWanted()) {
            sourceLoop.executeContained(() -> complete(batch));
        } else {
            batch.clear();
            idle.offer(batch);
        }
        // Full fence between the write above and the read below, as awaitRoom has between its own two.
        java.lang.invoke.VarHandle.fullFence();
        if (sourceWaits && !isBehind(maxBytesUnderWay / 2, MAX_WORK_UNDER_WAY / 2)) {
            sourceWaits = false;
            source.wake();
        }
    }

    private void noteWork(int deliveriesPerMessage) {
        int before = workPerMessage;
        int now = Math.max(1, before + (deliveriesPerMessage - before) / 4);
        if (now != before) {
            workPerMessage = now;
        }
    }

    private void complete(HandoverBatch batch) {
        assert sourceLoop.inLoop();
        try {
            batch.completeOutcomes();
        } catch (Throwable t) {
            sourceLoop.reportFailure(t);
        }
    }

    /** One entry's outcome is known only now. */
    void answerLater(PendingOutcome wanted, PendingOutcome known) {
        assert targetLoop.inLoop();
        sourceLoop.execute(() -> wanted.complete(known));
    }
}
