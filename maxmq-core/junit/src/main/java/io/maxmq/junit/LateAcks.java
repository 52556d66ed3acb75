package io.maxmq.junit;

import io.maxmq.codec.PacketType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledgements of one direction of a connection that go on later: when their time has come, or their fault is closed, those
 * of a type in the order in which they came. Has a thread from the first one on. Thread-safe.
 */
final class LateAcks {
    private final ProxiedConnection connection;
    private final PumpOutput output;

    /** The lock, since the end of a fault is told there. */
    private final FaultRules rules;

    // Guarded by rules.
    private final List<Late> waiting = new ArrayList<>();
    private @Nullable Thread thread;
    private boolean stopped;

    /** One of them. */
    private static final class Late {
        private final PacketType type;
        private final byte[] frame;

        /** Null when it is late only because it must not overtake others. */
        private final @Nullable AckFault fault;

        private final long dueNanos;

        private Late(PacketType type, byte[] frame, @Nullable AckFault fault) {
            this.type = type;
            this.frame = frame;
            this.fault = fault;
            this.dueNanos = fault == null ? 0 : fault.dueNanos(System.nanoTime());
        }

        private boolean mayGo() {
            return fault == null || fault.isClosed() || leftNanos() <= 0;
        }

        /** Long.MAX_VALUE when no time will do. */
        private long leftNanos() {
            return dueNanos == Long.MAX_VALUE ? Long.MAX_VALUE : dueNanos - System.nanoTime();
        }
    }

    LateAcks(ProxiedConnection connection, PumpOutput output) {
        this.connection = connection;
        this.output = output;
        this.rules = connection.proxy().rules();
    }

    /** Takes an acknowledgement that meets a fault. */
    void add(PacketType type, AckFault fault, byte[] frame) {
        synchronized (rules) {
            add(new Late(type, frame, fault));
        }
    }

    /** Takes an acknowledgement that would overtake others of its type; false when it would not. */
    boolean addBehindOthers(PacketType type, byte[] frame) {
        synchronized (rules) {
            if (waiting.stream().noneMatch(each -> each.type == type)) {
                return false;
            }
            add(new Late(type, frame, null));
            return true;
        }
    }

    private void add(Late late) {
        if (stopped) {
            return;
        }
        waiting.add(late);
        if (thread == null) {
            thread = connection.proxy().thread(this::run);
            thread.start();
        }
        rules.notifyAll();
    }

    private void run() {
        try {
            for (Late next = awaitNext(); next != null; next = awaitNext()) {
                output.write(next.frame);
                synchronized (rules) {
                    waiting.remove(next); // not before: others must not overtake it
                }
            }
        } catch (IOException | InterruptedException e) {
            // The connection has ended.
        }
    }

    /** Returns the next due acknowledgement; null after the stop. */
    private @Nullable Late awaitNext() throws InterruptedException {
        synchronized (rules) {
            while (!stopped) {
                Set<PacketType> held = EnumSet.noneOf(PacketType.class);
                long leftNanos = Long.MAX_VALUE;
                for (Late each : waiting) {
                    if (!each.mayGo()) {
                        held.add(each.type);
                        leftNanos = Math.min(leftNanos, each.leftNanos());
                    } else if (!held.contains(each.type)) {
                        return each;
                    }
                }
                TimeUnit.NANOSECONDS.timedWait(rules, leftNanos);
            }
            return null;
        }
    }

    /** Stops and drops waiting acknowledgements. Idempotent. */
    void stop() {
        synchronized (rules) {
            stopped = true;
            waiting.clear();
            if (thread != null) {
                thread.interrupt(); // it may wait for the end of a stall
            }
            rules.notifyAll();
        }
    }
}
