package io.maxmq.spi.limit;

import io.maxmq.spi.Stable;
import org.jspecify.annotations.Nullable;

/**
 * A rate limiter's answer. Immutable. Its effect on what was limited:
 *
 * <table>
 * <caption>Answers by what was limited</caption>
 * <tr><th>decision</th><th>connection</th><th>PUBLISH QoS 0</th><th>PUBLISH QoS 1/2, v5</th><th>PUBLISH QoS 1/2,
 * v3</th></tr>
 * <tr><td>allow</td><td colspan="4">goes on</td></tr>
 * <tr><td>pause</td><td>accepted later</td><td colspan="3">taken; then reading stops for that time</td></tr>
 * <tr><td>drop</td><td>closed</td><td>dropped, event</td><td>PUBACK or PUBREC 0x97, event</td><td>acknowledged and
 * dropped, event</td></tr>
 * <tr><td>disconnect</td><td>CONNACK 0x9F (v5) or 3 (v3)</td><td>DISCONNECT 0x96 (v5), close</td><td>DISCONNECT
 * 0x96</td><td>close</td></tr>
 * </table>
 *
 * @since 0.1.0
 */
@Stable
public sealed interface RateDecision {

    /** Within the limit. */
    RateDecision ALLOW = new Allow();

    /** Over the limit: drop the message or refuse the operation. */
    RateDecision DROP = new Drop();

    /** Over the limit: disconnect the client. */
    RateDecision DISCONNECT = new Disconnect();

    /**
     * Over the limit: wait. Rounded up to whole milliseconds; allocates nothing up to one second.
     *
     * @param nanos the length of the pause, at least 0
     * @throws IllegalArgumentException when it is negative
     */
    static RateDecision pause(long nanos) {
        return Pause.of(nanos);
    }

    /** Returns the name of the limit that decided, for people and {@code Throttled} events. Empty when unknown. */
    String limit();

    /** Returns the same decision with the name of the limit; a decision that allows has no name. */
    RateDecision by(String limit);

    /**
     * Returns the stricter of two decisions: disconnect more than drop, that more than pause, a longer pause more than
     * a shorter one, anything more than allow; this one when they are equal. Creates nothing.
     */
    default RateDecision stricter(RateDecision other) {
        if (this instanceof Pause mine && other instanceof Pause its) {
            return its.nanos() > mine.nanos() ? other : this;
        }
        return severity(other) > severity(this) ? other : this;
    }

    private static int severity(RateDecision decision) {
        if (decision instanceof Allow) {
            return 0;
        }
        return decision instanceof Pause ? 1 : decision instanceof Drop ? 2 : 3;
    }

    /**
     * See {@link RateDecision#ALLOW}.
     *
     * @since 0.1.0
     */
    @Stable
    record Allow() implements RateDecision {
        @Override
        public String limit() {
            return "";
        }

        @Override
        public RateDecision by(String limit) {
            return this;
        }
    }

    /**
     * See {@link RateDecision#pause}. Equal to another of the same length, independent of the limit.
     *
     * @param nanos its length, at least 0
     * @param limit the name of the limit; may be empty
     * @since 0.1.0
     */
    @Stable
    record Pause(long nanos, String limit) implements RateDecision {

        private static final long NANOS_PER_MILLI = 1_000_000;
        private static final Pause[] BY_MILLIS = new Pause[1001];

        static {
            for (int millis = 0; millis < BY_MILLIS.length; millis++) {
                BY_MILLIS[millis] = new Pause(millis * NANOS_PER_MILLI);
            }
        }

        /** Checks the time. */
        public Pause {
            if (nanos < 0) {
                throw new IllegalArgumentException("nanos must not be negative: nanos=" + nanos);
            }
        }

        /** Without the name of a limit. */
        public Pause(long nanos) {
            this(nanos, "");
        }

        static Pause of(long nanos) {
            if (nanos < 0 || nanos > 1000 * NANOS_PER_MILLI) {
                return new Pause(nanos);
            }
            return BY_MILLIS[(int) ((nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI)];
        }

        @Override
        public RateDecision by(String newLimit) {
            return new Pause(nanos, newLimit);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pause that && that.nanos == nanos;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(nanos);
        }
    }

    /**
     * See {@link RateDecision#DROP}. Equal to any other, independent of the limit.
     *
     * @param limit the name of the limit; may be empty
     * @since 0.1.0
     */
    @Stable
    record Drop(String limit) implements RateDecision {
        /** Without the name of a limit. */
        public Drop() {
            this("");
        }

        @Override
        public RateDecision by(String newLimit) {
            return new Drop(newLimit);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Drop;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    /**
     * See {@link RateDecision#DISCONNECT}. Equal to any other, independent of the limit.
     *
     * @param limit the name of the limit; may be empty
     * @since 0.1.0
     */
    @Stable
    record Disconnect(String limit) implements RateDecision {
        /** Without the name of a limit. */
        public Disconnect() {
            this("");
        }

        @Override
        public RateDecision by(String newLimit) {
            return new Disconnect(newLimit);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Disconnect;
        }

        @Override
        public int hashCode() {
            return 2;
        }
    }
}
