package io.maxmq.auth;

import io.maxmq.spi.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Work that clients can make the broker do and that takes long, on some of the worker pool's threads, never all. What waits is
 * bounded, in all and for each source; sources take turns, so that one that floods delays itself. A job that has waited too long, so that
 * its client has given up, is refused without being done. That time counts from the end of the first job on: in a JVM that has just
 * started the first takes many times longer than later ones, and only the number of jobs is bounded. Thread-safe.
 */
final class SlowWork {
    private final Executor workers;
    private final Clock clock;
    private final int threads;
    private final int maxWaiting;
    private final int maxWaitingOfOne;
    private final long patienceNanos;

    // guarded by this
    private final Map<Object, ArrayDeque<Waiting>> sources = new LinkedHashMap<>();
    private int waiting;
    private int active;
    private boolean closed;

    /** Whether a job has been done, and when the first was. */
    private boolean warm;

    private long warmNanos;

    /**
     * Does nothing yet.
     *
     * @param threads how many jobs may run at a time
     * @param maxWaiting how many may wait; an eighth of them of one source
     * @param patienceNanos how long one may wait, once a job has been done
     */
    SlowWork(Executor workers, Clock clock, int threads, int maxWaiting, long patienceNanos) {
        this.workers = workers;
        this.clock = clock;
        this.threads = threads;
        this.maxWaiting = maxWaiting;
        this.maxWaitingOfOne = Math.max(1, maxWaiting / 8);
        this.patienceNanos = patienceNanos;
    }

    /** Exactly one of the two is called, once. */
    interface Job {
        /** On a worker. */
        void run();

        /** There is no room, no time or no broker for it. On the submitting thread, a worker or the closing thread. */
        void refused();
    }

    /**
     * Has the job done soon.
     *
     * @param source whose turn it takes
     */
    void submit(Object source, Job job) {
        boolean accepted;
        boolean start = false;
        synchronized (this) {
            ArrayDeque<Waiting> queue = sources.get(source);
            accepted = !closed && waiting < maxWaiting && (queue == null || queue.size() < maxWaitingOfOne);
            if (accepted) {
                if (queue == null) {
                    queue = new ArrayDeque<>();
                    sources.put(source, queue);
                }
                queue.add(new Waiting(job, clock.nanoTime()));
                waiting++;
                start = active < threads;
                if (start) {
                    active++;
                }
            }
        }
        if (!accepted) {
            job.refused();
        } else if (start) {
            runOnWorker();
        }
    }

    /** One job at a time, then to the end of the pool's queue, so that others have their turn there. */
    private void runOnWorker() {
        try {
            workers.execute(this::runOne);
        } catch (RejectedExecutionException e) {
            List<Waiting> stuck = List.of();
            synchronized (this) {
                active--;
                if (active == 0) {
                    stuck = takeAll(); // nobody else would come for them
                }
            }
            stuck.forEach(each -> each.job.refused());
        }
    }

    private void runOne() {
        try {
            Waiting next = take();
            if (next == null) {
                return;
            }
            if (hasWaitedTooLong(next)) {
                next.job.refused();
                return;
            }
            try {
                next.job.run();
            } finally {
                done();
            }
        } finally {
            boolean again;
            synchronized (this) {
                again = waiting > 0;
                if (!again) {
                    active--;
                }
            }
            if (again) {
                runOnWorker();
            }
        }
    }

    private synchronized boolean hasWaitedTooLong(Waiting job) {
        if (!warm) {
            return false;
        }
        long now = clock.nanoTime();
        return Math.min(now - job.sinceNanos, now - warmNanos) > patienceNanos;
    }

    private synchronized void done() {
        if (!warm) {
            warm = true;
            warmNanos = clock.nanoTime();
        }
    }

    private synchronized @Nullable Waiting take() {
        Iterator<Map.Entry<Object, ArrayDeque<Waiting>>> first =
                sources.entrySet().iterator();
        if (!first.hasNext()) {
            return null;
        }
        Map.Entry<Object, ArrayDeque<Waiting>> turn = first.next();
        Object source = turn.getKey();
        ArrayDeque<Waiting> queue = turn.getValue();
        first.remove();
        Waiting next = queue.poll();
        if (!queue.isEmpty()) {
            sources.put(source, queue); // behind the others
        }
        waiting--;
        return next;
    }

    private List<Waiting> takeAll() {
        List<Waiting> all = new ArrayList<>();
        sources.values().forEach(all::addAll);
        sources.clear();
        waiting = 0;
        return all;
    }

    synchronized int waiting() {
        return waiting;
    }

    /** Refuses what waits and what comes. Idempotent. */
    void close() {
        List<Waiting> all;
        synchronized (this) {
            closed = true;
            all = takeAll();
        }
        all.forEach(each -> each.job.refused());
    }

    private record Waiting(Job job, long sinceNanos) {}
}
