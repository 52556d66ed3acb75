package io.maxmq.core.observe;

import io.maxmq.spi.Clock;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Counts, names and reports failures of the embedder's code. Equal failures of one plug-in cause at most one log line
 * and one event per second, with the number of failures, so that a plug-in that always fails cannot flood either.
 * Thread-safe.
 */
public final class PluginFailures {

    private static final long QUIET_NANOS = 1_000_000_000L;

    private static final int MAX_TALLIES = 1000;
    private static final String OTHERS = "other";

    private record Key(String plugin, String operation, Failure failure) {}

    /** Guarded by itself. */
    private static final class Tally {
        private long total;
        private long sinceReport;
        private long reportedAtNanos;
        private boolean reported;
    }

    private final Clock clock;
    private final Events events;
    private final Logger log;
    private final Map<Key, Tally> tallies = new ConcurrentHashMap<>();

    PluginFailures(Clock clock, Events events, Logger log) {
        this.clock = clock;
        this.events = events;
        this.log = log;
    }

    /** Counts one failure and reports it if due. */
    public void report(String plugin, String operation, Failure failure, @Nullable Throwable cause) {
        long count = countIfDue(tallyOf(new Key(plugin, operation, failure)));
        if (count == 0) {
            return;
        }
        log.warn("plug-in {} failed: {} {}, {} times since the last report", plugin, operation, failure, count, cause);
        if (events.wants(PluginFailed.class)) {
            events.emit(new PluginFailed(
                    clock.epochMillis(), plugin, operation, failure, Optional.ofNullable(cause), count));
        }
    }

    /**
     * Bounds the number of tallies: each subscription of an application has a name of its own, and their number is
     * unlimited over time.
     */
    private Tally tallyOf(Key key) {
        Tally known = tallies.get(key);
        if (known != null) {
            return known;
        }
        Key counted = tallies.size() < MAX_TALLIES ? key : new Key(OTHERS, key.operation(), key.failure());
        return tallies.computeIfAbsent(counted, fresh -> new Tally());
    }

    /** Number of failures of these plug-ins since the start; never decreases. */
    public long count(Predicate<String> plugins) {
        long count = 0;
        for (Map.Entry<Key, Tally> each : tallies.entrySet()) {
            if (plugins.test(each.getKey().plugin())) {
                synchronized (each.getValue()) {
                    count += each.getValue().total;
                }
            }
        }
        return count;
    }

    /** Returns the number of failures to report now; 0 if not due. */
    private long countIfDue(Tally tally) {
        long now = clock.nanoTime();
        synchronized (tally) {
            tally.total++;
            tally.sinceReport++;
            if (tally.reported && now - tally.reportedAtNanos < QUIET_NANOS) {
                return 0;
            }
            long count = tally.sinceReport;
            tally.sinceReport = 0;
            tally.reportedAtNanos = now;
            tally.reported = true;
            return count;
        }
    }
}
