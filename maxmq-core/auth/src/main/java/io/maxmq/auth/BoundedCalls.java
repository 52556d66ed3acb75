package io.maxmq.auth;

import io.maxmq.spi.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous calls to a service, a few at a time. What waits is bounded, in all and for each source, and is refused when it
 * has waited too long. In the order in which they came. Thread-safe.
 *
 * @param <R> what a call gives
 */
final class BoundedCalls<R> {
    private final Clock clock;
    private final int atOnce;
    private final int maxWaiting;
    private final int maxWaitingOfOne;
    private final long patienceNanos;
    private final R refused;

    // guarded by this
    private final Deque<Waiting<R>> queue = new ArrayDeque<>();
    private final Map<Object, Integer> waitingOf = new HashMap<>();
    private int active;
    private boolean closed;

    /**
     * Does nothing yet.
     *
     * @param atOnce calls under way at most
     * @param maxWaiting how many may wait; an eighth of them of one source
     * @param patienceNanos how long one may wait
     * @param refused what a call gives that was not made
     */
    BoundedCalls(Clock clock, int atOnce, int maxWaiting, long patienceNanos, R refused) {
        this.clock = clock;
        this.atOnce = atOnce;
        this.maxWaiting = maxWaiting;
        this.maxWaitingOfOne = Math.max(1, maxWaiting / 8);
        this.patienceNanos = patienceNanos;
        this.refused = refused;
    }

    /**
     * Makes the call, now or on the thread on which another ends.
     *
     * @param source of what may wait a bounded number
     */
    CompletionStage<R> call(Object source, Supplier<CompletionStage<R>> call) {
        Waiting<R> asked = new Waiting<>(source, call, clock.nanoTime(), new CompletableFuture<>());
        synchronized (this) {
            if (closed) {
                return CompletableFuture.completedFuture(refused);
            }
            if (active >= atOnce) {
                int others = waitingOf.getOrDefault(source, 0);
                if (queue.size() >= maxWaiting || others >= maxWaitingOfOne) {
                    return CompletableFuture.completedFuture(refused);
                }
                waitingOf.put(source, others + 1);
                queue.add(asked);
                return asked.answer;
            }
            active++;
        }
        start(asked);
        return asked.answer;
    }

    private void start(Waiting<R> first) {
        Waiting<R> asked = first;
        while (asked != null) { // calls that fail at once must not nest
            CompletionStage<R> stage = made(asked.call);
            Waiting<R> current = asked;
            asked = null;
            if (stage.toCompletableFuture().isDone()) {
                asked = next();
                pass(stage, current);
            } else {
                var unused = stage.whenComplete((result, failure) -> {
                    Waiting<R> next = next();
                    pass(stage, current);
                    if (next != null) {
                        start(next);
                    }
                });
            }
        }
    }

    private static <R> CompletionStage<R> made(Supplier<CompletionStage<R>> call) {
        try {
            return call.get();
        } catch (Throwable t) {
            return CompletableFuture.failedFuture(t);
        }
    }

    private static <R> void pass(CompletionStage<R> done, Waiting<R> asked) {
        var unused = done.whenComplete((result, failure) -> {
            if (failure == null) {
                asked.answer.complete(result);
            } else {
                asked.answer.completeExceptionally(failure);
            }
        });
    }

    /** Whose turn it is now that a call has ended; refuses those who have waited too long. */
    private @Nullable Waiting<R> next() {
        List<Waiting<R>> late = new ArrayList<>();
        Waiting<R> next;
        synchronized (this) {
            next = poll();
            while (next != null && clock.nanoTime() - next.sinceNanos > patienceNanos) {
                late.add(next);
                next = poll();
            }
            if (next == null) {
                active--;
            }
        }
        late.forEach(each -> each.answer.complete(refused));
        return next;
    }

    /** Guarded by this. */
    private @Nullable Waiting<R> poll() {
        Waiting<R> next = queue.poll();
        if (next != null) {
            waitingOf.computeIfPresent(next.source, (source, count) -> count == 1 ? null : count - 1);
        }
        return next;
    }

    synchronized int waiting() {
        return queue.size();
    }

    /** Refuses what waits and what comes. Idempotent. */
    void close() {
        List<Waiting<R>> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(queue);
            queue.clear();
            waitingOf.clear();
        }
        all.forEach(each -> each.answer.complete(refused));
    }

    private record Waiting<R>(
            Object source, Supplier<CompletionStage<R>> call, long sinceNanos, CompletableFuture<R> answer) {}
}
