package io.maxmq;

import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Keeps what a broker tells its listeners, and waits for what it is to tell. Thread-safe. */
public final class RecordedEvents implements BrokerListener {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final List<BrokerEvent> events = new ArrayList<>();

    @Override
    public synchronized void onEvent(BrokerEvent event) {
        events.add(event);
        notifyAll();
    }

    /** What has come so far of one type. */
    public synchronized <E extends BrokerEvent> List<E> of(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Waits for the first event of this type. */
    public <E extends BrokerEvent> E await(Class<E> type) {
        return await(type, event -> true);
    }

    /** Waits for the first event of this type that fits. */
    public <E extends BrokerEvent> E await(Class<E> type, Predicate<E> fits) {
        return awaitAll(type, fits, 1).get(0);
    }

    /** Waits until {@code count} events of this type fit. */
    public synchronized <E extends BrokerEvent> List<E> awaitAll(Class<E> type, Predicate<E> fits, int count) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            List<E> found = of(type).stream().filter(fits).toList();
            if (found.size() >= count) {
                return found;
            }
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError(
                        found.size() + " of " + count + " events of " + type.getSimpleName() + " came: " + events);
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
