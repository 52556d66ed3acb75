package io.maxmq.rules.run;

import io.maxmq.rules.sink.Buffering;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often a sink has failed in a row, and what follows: pauses that double, and whether it is to be probed in place of written to.
 * Guarded by the lock of its {@link SinkRunner}.
 */
final class Outage {
    /** Doubling ends there, far beyond any pause. */
    private static final int MAX_DOUBLINGS = 20;

    /** What a sink asks for beyond is for ever, and more than timers count. */
    private static final Duration LONGEST_WISH = Duration.ofDays(365);

    private final Buffering buffering;
    private int failures;
    private int pauses;

    Outage(Buffering buffering) {
        this.buffering = buffering;
    }

    /** A write was taken. */
    void ends() {
        failures = 0;
        pauses = 0;
    }

    /** A write failed; true when the sink is to be probed from now on. */
    boolean goesOn() {
        failures++;
        return failures >= buffering.failuresToOpen();
    }

    /** In a row. */
    int failures() {
        return failures;
    }

    /** A probe was content. The next failure counts at once: a probe may be more easily content than a write. */
    void mayHaveEnded() {
        failures = buffering.failuresToOpen() - 1;
    }

    /** How long to wait before the next attempt, and no less than that. */
    Duration nextPause(Duration atLeast) {
        long longest = buffering.maxBackoff().toMillis();
        long millis = Math.min(longest, buffering.firstBackoff().toMillis() << Math.min(pauses, MAX_DOUBLINGS));
        pauses++;
        // Half of it by chance, so that those who wait for one service do not come back all at once.
        long chosen = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        Duration wish = atLeast.compareTo(LONGEST_WISH) < 0 ? atLeast : LONGEST_WISH;
        return Duration.ofMillis(Math.max(chosen, wish.toMillis()));
    }
}
