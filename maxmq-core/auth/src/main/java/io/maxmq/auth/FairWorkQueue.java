package io.maxmq.auth;

import io.maxmq.spi.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of slow work that clients cause: password hashes, signatures, questions to a service. A bounded number is under way; the
 * others wait, a bounded number in all and of each source. Sources take turns, so that a source that floods the queue delays only itself.
 * The queue refuses work that finds no room or waits too long, since its client has given up. Thread-safe.
 *
 * @param <R> result of the work
 */
final class FairWorkQueue<R> {
    /**
     * Bounds of a queue.
     *
     * @param concurrency units of work under way at a time
     * @param maxWaiting units of work that wait; at most an eighth of them belong to one source
     * @param patience longest wait
     */
    record Bounds(int concurrency, int maxWaiting, Duration patience) {
        /** Bounds of work that keeps a processor busy: uses half of the processors. */
        static Bounds ofHalfTheProcessors(int maxWaiting, Duration patience) {
            return new Bounds(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), maxWaiting, patience);
        }
    }

    /** Null for calls, which start on the submitting thread or on the thread that ends another call. */
    private final @Nullable Executor workers;

    private final Clock clock;
    private final Bounds bounds;
    private final int maxWaitingOfOne;
    private final R refused;

    // guarded by this
    private final Map<Object, ArrayDeque<Waiting<R>>> sources = new LinkedHashMap<>();
    private int waiting;
    private int active;
    private boolean closed;

    /** False until a worker has done the first work. */
    private boolean warm;

    private long warmNanos;

    private FairWorkQueue(@Nullable Executor workers, Clock clock, Bounds bounds, R refused) {
        this.workers = workers;
        this.clock = clock;
        this.bounds = bounds;
        this.maxWaitingOfOne = Math.max(1, bounds.maxWaiting / 8);
        this.refused = refused;
        this.warm = workers == null;
        this.warmNanos = clock.nanoTime();
    }

    /**
     * Creates a queue of blocking work. Patience counts from the end of the first work on: in a JVM that has just started the first work
     * takes many times longer than later work, and only the number of waiting units is bounded until then.
     *
     * @param refused result of refused work
     */
    static <R> FairWorkQueue<R> onWorkers(Executor workers, Clock clock, Bounds bounds, R refused) {
        return new FairWorkQueue<>(workers, clock, bounds, refused);
    }

    /**
     * Creates a queue of calls that do not block.
     *
     * @param refused result of refused calls
     */
    static <R> FairWorkQueue<R> ofCalls(Clock clock, Bounds bounds, R refused) {
        return new FairWorkQueue<>(null, clock, bounds, refused);
    }

    /**
     * Does the work when a place under way is free and it is the source's turn. The work is under way until the stage that it returns
     * completes.
     *
     * @return completes with the result or the exception of the work, or with the result of refused work; on the thread that ends the
     *     work, submits it or closes the queue
     */
    CompletionStage<R> submit(Object source, Supplier<CompletionStage<R>> work) {
        Waiting<R> added = new Waiting<>(work, clock.nanoTime(), new CompletableFuture<>());
        boolean start;
        synchronized (this) {
            ArrayDeque<Waiting<R>> queue = sources.get(source);
            if (closed || waiting >= bounds.maxWaiting || (queue != null && queue.size() >= maxWaitingOfOne)) {
                return CompletableFuture.completedFuture(refused);
            }
            if (queue == null) {
                queue = new ArrayDeque<>();
                sources.put(source, queue);
            }
            queue.add(added);
            waiting++;
            start = active < bounds.concurrency;
            if (start) {
                active++;
            }
        }
        if (start) {
            start();
        }
        return added.result;
    }

    /** Uses a place under way. On workers one unit at a time, then to the end of the pool's queue, so that other tasks have their turn. */
    private void start() {
        if (workers == null) {
            boolean more = true;
            while (more) { // calls that fail at once must not nest
                more = doNext();
            }
            return;
        }
        try {
            workers.execute(() -> {
                if (doNext()) {
                    start();
                }
            });
        } catch (RejectedExecutionException e) {
            List<Waiting<R>> stuck = List.of();
            synchronized (this) {
                active--;
                if (active == 0) {
                    stuck = takeAll(); // nothing else would start them
                }
            }
            stuck.forEach(each -> each.result.complete(refused));
        }
    }

    /** Returns whether the place is free for more work, which waits. */
    private boolean doNext() {
        Waiting<R> next = take();
        if (next == null) {
            return keepsPlace();
        }
        if (hasWaitedTooLong(next)) {
            next.result.complete(refused);
            return keepsPlace();
        }
        CompletableFuture<R> done = begin(next.work);
        if (done.isDone()) {
            boolean more = ended();
            pass(done, next.result);
            return more;
        }
        var unused = done.whenComplete((result, failure) -> {
            boolean more = ended();
            pass(done, next.result);
            if (more) {
                start();
            }
        });
        return false;
    }

    private static <R> CompletableFuture<R> begin(Supplier<CompletionStage<R>> work) {
        try {
            return work.get().toCompletableFuture();
        } catch (Throwable t) {
            return CompletableFuture.failedFuture(t);
        }
    }

    private static <R> void pass(CompletableFuture<R> done, CompletableFuture<R> result) {
        var unused = done.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private synchronized boolean hasWaitedTooLong(Waiting<R> work) {
        long now = clock.nanoTime();
        return warm && Math.min(now - work.sinceNanos, now - warmNanos) > bounds.patience.toNanos();
    }

    private synchronized boolean ended() {
        if (!warm) {
            warm = true;
            warmNanos = clock.nanoTime();
        }
        return keepsPlace();
    }

    /** Gives the place back unless more work waits. */
    private synchronized boolean keepsPlace() {
        if (waiting > 0) {
            return true;
        }
        active--;
        return false;
    }

    private synchronized @Nullable Waiting<R> take() {
        Iterator<Map.Entry<Object, ArrayDeque<Waiting<R>>>> first =
                sources.entrySet().iterator();
        if (!first.hasNext()) {
            return null;
        }
        Map.Entry<Object, ArrayDeque<Waiting<R>>> turn = first.next();
        Object source = turn.getKey();
        ArrayDeque<Waiting<R>> queue = turn.getValue();
        first.remove();
        Waiting<R> next = queue.poll();
        if (!queue.isEmpty()) {
            sources.put(source, queue); // behind the other sources
        }
        waiting--;
        return next;
    }

    /** Guarded by this. */
    private List<Waiting<R>> takeAll() {
        List<Waiting<R>> all = new ArrayList<>();
        sources.values().forEach(all::addAll);
        sources.clear();
        waiting = 0;
        return all;
    }

    synchronized int waiting() {
        return waiting;
    }

    /** Refuses waiting and later work. Idempotent. */
    void close() {
        List<Waiting<R>> all;
        synchronized (this) {
            closed = true;
            all = takeAll();
        }
        all.forEach(each -> each.result.complete(refused));
    }

    private record Waiting<R>(Supplier<CompletionStage<R>> work, long sinceNanos, CompletableFuture<R> result) {}
}
