package io.maxmq.rules.run;

import io.maxmq.rules.event.Event;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.extension.BrokerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The threads that evaluate: events of one client, and of one topic where there is no client, stay on one of them. Thread-safe. */
final class Lanes {
    private final List<Lane> lanes = new ArrayList<>();
    private final LongAdder dropped = new LongAdder();

    Lanes(BrokerContext broker, MemoryAccount memory, EngineSettings settings, Logger log) {
        int count = settings.lanes();
        for (int i = 0; i < count; i++) {
            lanes.add(new Lane(
                    broker.threadPrefix() + "-rules-" + (i + 1),
                    broker.clock(),
                    memory,
                    settings.maxQueuedEvents() / count,
                    Math.max(1, settings.maxQueuedBytes() / count),
                    settings.overflow(),
                    dropped,
                    log));
        }
    }

    void start() {
        lanes.forEach(Lane::start);
    }

    void offer(Event event, @Nullable SharedPaths paths, ActiveRule[] rules) { // hot: per event
        String key = event.clientId();
        String topic = event.topic();
        int hash = key.isEmpty() && topic != null ? topic.hashCode() : key.hashCode();
        lanes.get(Math.floorMod(hash ^ (hash >>> 16), lanes.size())).offer(event, paths, rules);
    }

    /** The number of events dropped from full queues, each counted once, independent of the number of rules. */
    long dropped() {
        return dropped.sum();
    }

    /** Events that wait. */
    int waiting() {
        int waiting = 0;
        for (Lane each : lanes) {
            waiting += each.waiting();
        }
        return waiting;
    }

    /** Runs the command once all that was offered before has been evaluated. */
    void afterAll(Runnable command) {
        AtomicInteger left = new AtomicInteger(lanes.size());
        for (Lane each : lanes) {
            each.execute(() -> {
                if (left.decrementAndGet() == 0) {
                    command.run();
                }
            });
        }
    }

    /** Evaluates what waits and ends the threads; drops what is left when the time is over. */
    void close(long untilNanos) {
        lanes.forEach(Lane::end);
        for (Lane each : lanes) {
            try {
                if (!each.join(TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime()))) {
                    each.abort();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                each.abort();
            }
        }
    }
}
