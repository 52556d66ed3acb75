package io.maxmq.examples.ratelimit;

import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;

/**
 * The limit of one client: so many messages at once, and so many per second. A message takes a token; tokens come back
 * with time. A client that has overdrawn waits until the debt is paid: nothing is lost, the broker just does not read
 * its socket meanwhile, and TCP slows it down.
 *
 *
 * <p>The broker calls it on the connection's event loop alone, so plain fields do. Nothing is allocated.
 */
final class ClientBucket implements ConnectionLimiter {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long nanosPerToken;
    private final long fullNanos;

    /** Tokens, as the time in which they come; negative while in debt. */
    private long nanos;

    private long lastNanos;
    private boolean used;

    /** Full at first. */
    ClientBucket(int burst, int perSecond) {
        this.nanosPerToken = NANOS_PER_SECOND / perSecond;
        this.fullNanos = burst * nanosPerToken;
        this.nanos = fullNanos;
    }

    @Override
    public RateDecision acquirePublish(int count, long bytes, long nowNanos) {
        if (used) {
            nanos = Math.min(fullNanos, nanos + (nowNanos - lastNanos));
        }
        used = true;
        lastNanos = nowNanos;
        nanos -= count * nanosPerToken;
        return nanos >= 0 ? RateDecision.ALLOW : RateDecision.pause(-nanos);
    }
}
