package io.maxmq.core.persistence;

import java.util.ArrayDeque;

/**
 * The messages of QoS 2 that one loop has taken from their publishers and whose records do not say yet that they are routed: those
 * a start would route once more. Each ends when the change of its record that says so is on its way, or the removal of the record.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
public final class Routings {
    /** In the order in which they have begun; those that have ended stay behind older ones. */
    private final ArrayDeque<Routing> open = new ArrayDeque<>();

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long begun;

    private record Waiting(long last, Runnable action) {}

    /** One message. */
    public final class Routing {
        private final long number;
        private boolean hasEnded;

        private Routing(long number) {
            this.number = number;
        }

        /** No effect when it has ended before. */
        public void end() {
            if (!hasEnded) {
                hasEnded = true;
                forgetEnded();
            }
        }
    }

    /** A message is routed from now on. */
    public Routing begin() {
        Routing routing = new Routing(++begun);
        open.addLast(routing);
        return routing;
    }

    /** Runs {@code action} when all that have begun so far have ended: at once, if they have. */
    void whenEnded(Runnable action) {
        if (open.isEmpty()) {
            action.run();
        } else {
            waiting.addLast(new Waiting(begun, action));
        }
    }

    private void forgetEnded() {
        Routing oldest = open.peekFirst();
        while (oldest != null && oldest.hasEnded) {
            open.removeFirst();
            oldest = open.peekFirst();
        }
        long ended = oldest == null ? begun : oldest.number - 1;
        Waiting next = waiting.peekFirst();
        while (next != null && next.last <= ended) {
            waiting.removeFirst();
            next.action.run();
            next = waiting.peekFirst();
        }
    }
}
