package io.maxmq.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Slows down who guesses passwords. Each failure of an address is a debt of two seconds, which time pays off. With ten seconds of
 * debt, five failures in a row, its attempts are delayed until it is below again, one after the other; who would have to wait
 * longer than three seconds is refused at once. So one address has five guesses, and then one in two seconds; who makes many at
 * once has those more that are being looked at when the fifth one fails, and not those that wait ({@link #isFree}).
 *
 * <p>An IPv6 address stands for its /64. The table is bounded; the address that was seen longest ago makes room. Thread-safe.
 */
final class FailedAttempts {
    /** The attempt has to come again later. */
    static final long REFUSED = -1;

    static final long FAILURE_NANOS = 2_000_000_000L;
    static final long FREE_NANOS = 5 * FAILURE_NANOS;
    static final long MAX_DELAY_NANOS = 3_000_000_000L;

    private static final int IPV6_PREFIX_BYTES = 8;

    private final int maxAddresses;

    /** When the debt of an address will be paid off. Guarded by this. */
    private final Map<Object, Long> paidAtNanos;

    FailedAttempts(int maxAddresses) {
        this.maxAddresses = maxAddresses;
        this.paidAtNanos = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Object, Long> eldest) {
                return size() > FailedAttempts.this.maxAddresses;
            }
        };
    }

    /** What stands for an address; null when it is none that clients could be told apart by. */
    static @Nullable Object keyOf(SocketAddress address) {
        InetAddress inet = address instanceof InetSocketAddress socket ? socket.getAddress() : null;
        return inet instanceof Inet6Address
                ? (Object)
                        ByteBuffer.wrap(inet.getAddress(), 0, IPV6_PREFIX_BYTES).getLong()
                : inet;
    }

    /**
     * An attempt is about to be made.
     *
     * @return how long it has to wait, in nanoseconds, or {@link #REFUSED}; more than 0 counts as a failure until {@link
     *     #succeeded} says otherwise
     */
    synchronized long attempt(Object address, long nowNanos) {
        long debt = debt(address, nowNanos);
        if (debt < FREE_NANOS) {
            return 0;
        }
        long delay = debt - FREE_NANOS + 1;
        if (delay > MAX_DELAY_NANOS) {
            return REFUSED;
        }
        paidAtNanos.put(address, nowNanos + debt + FAILURE_NANOS);
        return delay;
    }

    /** Whether an attempt that need not wait, and has all the same, would still not have to: others may have failed meanwhile. */
    synchronized boolean isFree(Object address, long nowNanos) {
        return debt(address, nowNanos) < FREE_NANOS;
    }

    /** @param delayNanos what {@link #attempt} had said */
    synchronized void failed(Object address, long delayNanos, long nowNanos) {
        if (delayNanos == 0) {
            long debt = Math.min(debt(address, nowNanos) + FAILURE_NANOS, FREE_NANOS + MAX_DELAY_NANOS);
            paidAtNanos.put(address, nowNanos + debt);
        }
    }

    /** @param delayNanos what {@link #attempt} had said */
    synchronized void succeeded(Object address, long delayNanos) {
        Long paidAt = delayNanos == 0 ? null : paidAtNanos.get(address);
        if (paidAt != null) {
            paidAtNanos.put(address, paidAt - FAILURE_NANOS);
        }
    }

    private long debt(Object address, long nowNanos) {
        Long paidAt = paidAtNanos.get(address);
        if (paidAt == null) {
            return 0;
        }
        long debt = paidAt - nowNanos;
        if (debt <= 0) {
            paidAtNanos.remove(address);
            return 0;
        }
        return debt;
    }

    synchronized int size() {
        return paidAtNanos.size();
    }
}
