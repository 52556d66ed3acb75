package io.maxmq.core.routing;

import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The hand-over queue from one loop to another. Collects messages in a batch and posts the batch once per iteration of
 * the source loop, or as soon as it contains 64 KiB. Reports congestion when the target falls behind; the source then
 * stops reading from its publishers.
 *
 * <p>Runs on the source loop, except for the delivery, which runs on the target loop.
 */
final class Handover implements Deferred {
    private static final int POST_AT_BYTES = 64 * 1024;
    private static final int IDLE_BATCHES = 4;
    /** Estimated pending deliveries above which publishers of the source wait: some 20 ms of work. */
    private static final long MAX_WORK_UNDER_WAY = 200_000;
    /**
     * Bound of the estimate per message: a message with many recipients must not delay messages with few recipients for
     * long.
     */
    private static final int MAX_WORK_PER_MESSAGE = 10_000;

    private final Loop sourceLoop;
    private final Loop targetLoop;
    private final Router source;
    private final Router target;
    private final long maxBytesUnderWay;

    private @Nullable HandoverBatch open;
    private boolean deferred;

    /** Written by the source, read by both loops. */
    private final AtomicLong postedBytes = new AtomicLong();

    private final AtomicLong postedMessages = new AtomicLong();

    /** Progress of the target. Written by the target, read by the source. */
    private final AtomicLong doneBytes = new AtomicLong();

    private final AtomicLong doneMessages = new AtomicLong();
    private volatile int workPerMessage = 1;

    /** On the target: batches that have arrived and are not yet delivered. */
    private final ArrayDeque<HandoverBatch> arrived = new ArrayDeque<>(4);

    private boolean delivering;
    private final Runnable deliver = this::deliver;
    /** Set by the source while it waits for room; the target then wakes the source. Pairs with {@link #doneBytes}. */
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

    /** Adds a message for all plain subscribers of the target loop; with {@code member}, only for that subscription. */
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

    /** True if the target is so far behind that the source must stop reading from its publishers. */
    boolean isCongested() {
        assert sourceLoop.inLoop();
        return isBehind(maxBytesUnderWay, MAX_WORK_UNDER_WAY);
    }

    private boolean isBehind(long bytes, long work) {
        // Read the completed counts first: they grow concurrently and must not exceed the posted counts.
        long bytesDone = doneBytes.get();
        long messagesDone = doneMessages.get();
        return postedBytes.get() - bytesDone > bytes
                || (postedMessages.get() - messagesDone) * workPerMessage > Math.max(work, workPerMessage);
    }

    /** Estimated cost of one message on the target, in deliveries. */
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

    /** Delivers arrived batches, a bounded part of them per iteration of the loop. */
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

    /** Requests a wake-up of the source's router once the target has caught up. Returns true if it already has. */
    boolean awaitRoom() {
        assert sourceLoop.inLoop();
        sourceWaits = true;
        if (isCongested()) {
            return false;
        }
        sourceWaits = false;
        return true;
    }

    /** Accounts for a delivered batch and returns it to the source. */
    private void ran(HandoverBatch batch) {
        assert targetLoop.inLoop();
        // Single writer: a plain addition is sufficient.
        doneBytes.setRelease(doneBytes.getPlain() + batch.chargedBytes());
        doneMessages.setRelease(doneMessages.getPlain() + batch.count());
        noteWork((int) Math.min(MAX_WORK_PER_MESSAGE, batch.deliveries() / Math.max(1, batch.count())));
        if (batch.answersWanted()) {
            sourceLoop.executeContained(() -> complete(batch));
        } else {
            batch.clear();
            idle.offer(batch);
        }
        // Full fence between the write above and the read below; awaitRoom has the matching one.
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

    /** Completes the outcome of one entry that was still open when its batch ended. */
    void answerLater(PendingOutcome wanted, PendingOutcome known) {
        assert targetLoop.inLoop();
        sourceLoop.execute(() -> wanted.complete(known));
    }
}
