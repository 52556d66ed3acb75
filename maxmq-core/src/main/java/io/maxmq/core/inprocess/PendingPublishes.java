package io.maxmq.core.inprocess;

import io.maxmq.core.loop.Loop;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The application's messages on their way into one event loop, in the order of the calls. The loop routes as many as a turn has time
 * for and goes on in the next, when it has looked at its sockets: a task of its own for each message would keep a burst of them in
 * front of all clients. Bounded by the {@link Publisher}. Thread-safe.
 */
final class PendingPublishes {
    /** A message that waits. */
    interface Pending {
        /** Runs on the loop. Must not throw. */
        void route();

        /** The broker is closed. Any thread. */
        void refuse();
    }

    private final Loop loop;
    private final ConcurrentLinkedQueue<Pending> waiting = new ConcurrentLinkedQueue<>();
    /** True if the loop drains this queue or has a task posted to do so; the thread that sets it posts that task. */
    private final AtomicBoolean posted = new AtomicBoolean();

    private volatile boolean closed;

    PendingPublishes(Loop loop) {
        this.loop = loop;
    }

    void add(Pending message) {
        waiting.add(message);
        if (!posted.getAndSet(true) && !loop.tryExecute(this::routeSome)) {
            closed = true;
        }
        if (closed) {
            refuseAll();
        }
    }

    private void routeSome() {
        long workAtBegin = loop.workDone();
        do {
            Pending next = waiting.poll();
            if (next != null) {
                long beginNanos = System.nanoTime();
                next.route();
                loop.workSince(beginNanos); // hooks, rules among them, and continuations of the result
            } else {
                posted.set(false);
                if (waiting.isEmpty() || posted.getAndSet(true)) {
                    return;
                }
            }
        } while (loop.mayGoOn(workAtBegin));
        loop.executeNextTurn(this::routeSome);
    }

    /** Refuses what waits, and what comes; when the loop has ended. */
    void close() {
        closed = true;
        refuseAll();
    }

    private void refuseAll() {
        for (Pending next = waiting.poll(); next != null; next = waiting.poll()) {
            next.refuse();
        }
    }
}
