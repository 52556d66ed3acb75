package io.maxmq.core.routing;

import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The way from one loop to another: gathers messages in a batch, posts it once per iteration of the source (at once when
 * it holds 64 KiB), and says when the target is so far behind that publishers of the source should no longer be read.
 *
 * <p>Runs on the source loop, but {@link #ran} and {@link #answerLater}, which run on the target.
 */
final class Handover implements Deferred {
    private static final int POST_AT_BYTES = 64 * 1024;
    private static final int IDLE_BATCHES = 4;

    private final Loop sourceLoop;
    private final Loop targetLoop;
    private final Router source;
    private final Router target;
    private final long maxBytesUnderWay;

    private @Nullable HandoverBatch open;
    private boolean deferred;
    private long postedBytes;

    /** Bytes that the target has worked off; written by the target, read by the source. */
    private final AtomicLong doneBytes = new AtomicLong();
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

    /** Hands a message over; with a group, to that member of it only. */
    void add(
            InTransit message,
            Routes routes,
            @Nullable SharedGroup group,
            @Nullable Subscription member,
            int attempts,
            @Nullable Outcome outcome) {
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
        deferred = false;
        HandoverBatch batch = open;
        if (batch != null) {
            post(batch);
        }
    }

    private void post(HandoverBatch batch) {
        open = null;
        postedBytes += batch.chargedBytes();
        sourceLoop.counters().increment(Counter.HANDOVERS);
        targetLoop.executeContained(batch);
    }

    /** Whether the target is so far behind that the source's publishers are to wait. */
    boolean isCongested() {
        return postedBytes - doneBytes.get() > maxBytesUnderWay;
    }

    /** Has the target wake the source's router when it has caught up; true when it already has. */
    boolean awaitRoom() {
        sourceWaits = true;
        if (isCongested()) {
            return false;
        }
        sourceWaits = false;
        return true;
    }

    /** On the target loop: the batch has been delivered. */
    void ran(HandoverBatch batch) {
        // A lone writer: no need for an atomic addition.
        doneBytes.setRelease(doneBytes.getPlain() + batch.chargedBytes());
        if (batch.answersWanted()) {
            sourceLoop.executeContained(() -> complete(batch));
        } else {
            batch.clear();
            idle.offer(batch);
        }
        // Full fence between the write above and the read below, as awaitRoom has between its own two.
        java.lang.invoke.VarHandle.fullFence();
        if (sourceWaits) {
            sourceWaits = false;
            sourceLoop.execute(source::roomAgain);
        }
    }

    private void complete(HandoverBatch batch) {
        try {
            batch.completeOutcomes();
        } catch (Throwable t) {
            sourceLoop.reportFailure(t);
        }
    }

    /** On the target loop: one entry's outcome is known only now. */
    void answerLater(Outcome wanted, Outcome known) {
        sourceLoop.execute(() -> wanted.complete(known.matched(), known.accepted(), known.refused(), known.drops()));
    }
}
