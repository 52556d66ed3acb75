package io.maxmq.junit;

import io.maxmq.codec.PacketType;
import io.maxmq.spi.Preview;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that happens to acknowledgements of one kind, one client and one direction, until it is closed or the test ends.
 * Made by {@link Acknowledgements}. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class AckFault implements AutoCloseable {
    private final FaultRules rules;
    private final String clientId;
    private final Sender sender;
    private final PacketType type;
    private final Kind kind;
    private final @Nullable Duration delay;

    // Guarded by this.
    private int count;
    private boolean closed;

    enum Sender {
        CLIENT,
        BROKER
    }

    enum Kind {
        LOSE,
        HOLD,
        DELAY
    }

    AckFault(FaultRules rules, String clientId, Sender sender, PacketType type, Kind kind, @Nullable Duration delay) {
        this.rules = rules;
        this.clientId = clientId;
        this.sender = sender;
        this.type = type;
        this.kind = kind;
        this.delay = delay;
    }

    boolean concerns(String ofClient, Sender from, PacketType ack) {
        return type == ack && sender == from && clientId.equals(ofClient);
    }

    /** Counts one more acknowledgement; null when the fault is closed. */
    synchronized @Nullable Kind apply() {
        if (closed) {
            return null;
        }
        count++;
        notifyAll();
        return kind;
    }

    /** When one that came at {@code nowNanos} goes on by itself. */
    long dueNanos(long nowNanos) {
        return delay == null ? Long.MAX_VALUE : nowNanos + delay.toNanos();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Returns the number of acknowledgements that were lost, held or delayed so far. */
    public synchronized int count() {
        return count;
    }

    /**
     * Waits until it has happened to this many acknowledgements, at most 10 s.
     *
     * @throws AssertionError when that takes longer
     */
    public synchronized void awaitCount(int wanted) {
        Deadline deadline = Deadline.in(TestClient.DEFAULT_TIMEOUT);
        while (count < wanted) {
            long leftMillis = deadline.leftMillis();
            if (leftMillis == 0) {
                throw new AssertionError(this + ": expected " + wanted + " within " + deadline);
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for acknowledgements", e);
            }
        }
    }

    /** Ends it: acknowledgements pass again, and what is held or delayed goes on now, in its order. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        rules.closed(this);
    }

    @Override
    public synchronized String toString() {
        return "AckFault[" + kind + " " + type + " " + (sender == Sender.CLIENT ? "from " : "to ") + clientId
                + ", count=" + count + (closed ? ", closed]" : "]");
    }
}
