package io.maxmq.limit;

import io.maxmq.spi.limit.RateDecision;

/**
 * The limits that some event is under, with the meters that count it: those that cost the client most first. Whoever they belong to gives
 * them back with {@link #close}. Immutable; as thread-safe as its meters.
 */
final class AppliedLimits implements AutoCloseable {
    /** Nobody is held longer at once; it is then asked again. */
    private static final long MAX_PAUSE_NANOS = 60_000_000_000L;

    private final Limit[] limits;
    private final RateDecision[] refusals;
    private final Meter[] meters;
    private final KeyMeters[] borrowed;

    /** @param refusals {@link Limit#refusal} of each */
    AppliedLimits(Limit[] limits, RateDecision[] refusals, Meter[] meters, KeyMeters[] borrowed) {
        this.limits = limits;
        this.refusals = refusals;
        this.meters = meters;
        this.borrowed = borrowed;
    }

    boolean isEmpty() {
        return limits.length == 0;
    }

    /** Takes one, of the kinds that count events, if all allow it. Who is to come later has taken nothing. */
    RateDecision takeOne(long nowNanos) {
        for (int i = 0; i < limits.length; i++) {
            long waitNanos = meters[i].take(1, nowNanos);
            if (waitNanos != 0) {
                giveBack(i, 1, 0, nowNanos);
                return decision(refusals[i], waitNanos);
            }
        }
        return RateDecision.ALLOW;
    }

    /** Takes packets; those that only cause a pause pass, and are paid for by it. */
    RateDecision takePublish(int count, long bytes, long nowNanos) { // hot: per message
        long pauseNanos = 0;
        int pausedBy = 0;
        for (int i = 0; i < limits.length; i++) {
            Limit limit = limits[i];
            long amount = limit.kind() == Limit.Kind.BYTE_RATE ? bytes : count;
            if (limit.action() == Limit.Action.PAUSE) {
                long nanos = meters[i].takeAnyway(amount, nowNanos);
                if (nanos > pauseNanos) {
                    pauseNanos = nanos;
                    pausedBy = i;
                }
            } else if (meters[i].take(amount, nowNanos) != 0) {
                giveBack(i, count, bytes, nowNanos);
                return refusals[i];
            }
        }
        return pauseNanos == 0 ? RateDecision.ALLOW : decision(refusals[pausedBy], pauseNanos);
    }

    /** What has been taken before one that refuses; nothing that pauses is before it. */
    private void giveBack(int refusedAt, int count, long bytes, long nowNanos) {
        for (int i = 0; i < refusedAt; i++) {
            meters[i].giveBack(limits[i].kind() == Limit.Kind.BYTE_RATE ? bytes : count, nowNanos);
        }
    }

    private static RateDecision decision(RateDecision refusal, long waitNanos) {
        return refusal instanceof RateDecision.Pause
                ? RateDecision.pause(Math.min(MAX_PAUSE_NANOS, waitNanos)).by(refusal.limit())
                : refusal;
    }

    @Override
    public void close() {
        for (KeyMeters each : borrowed) {
            each.giveBack();
        }
    }
}
