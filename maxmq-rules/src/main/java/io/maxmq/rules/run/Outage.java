package io.maxmq.rules.run;

import io.maxmq.rules.sink.Buffering;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The failures of a sink in a row and their consequences: pauses that double, and probes instead of writes. Guarded by the lock of its {@link SinkRunner}.
 */
final class Outage {
    /** Doubling ends there, far beyond any pause. */
    private static final int MAX_DOUBLINGS = 20;

    /** The longest pause that a sink can request. */
    private static final Duration LONGEST_WISH = Duration.ofDays(365);

    private final Buffering buffering;
    private int failures;
    private int pauses;

    Outage(Buffering buffering) {
        this.buffering = buffering;
    }

    /** A write succeeded. */
    void ends() {
        failures = 0;
        pauses = 0;
    }

    /** A write failed. */
    void goesOn() {
        failures++;
    }

    /** Returns whether the sink is to be probed instead of written to. */
    boolean isOpen() {
        return failures >= buffering.failuresToOpen();
    }

    /** Failed writes in a row; writes that fail during one pause count once. */
    int failures() {
        return failures;
    }

    /** Returns the pause before the next attempt, at least {@code atLeast}. */
    Duration nextPause(Duration atLeast) {
        long longest = buffering.maxBackoff().toMillis();
        long millis = Math.min(longest, buffering.firstBackoff().toMillis() << Math.min(pauses, MAX_DOUBLINGS));
        pauses++;
        // Half of it is random, so that the sinks of one service do not retry all at once.
        long chosen = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        Duration wish = atLeast.compareTo(LONGEST_WISH) < 0 ? atLeast : LONGEST_WISH;
        return Duration.ofMillis(Math.max(chosen, wish.toMillis()));
    }
}
