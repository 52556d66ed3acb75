package io.maxmq.examples.crash;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What has happened, in its order. Thread-safe. */
final class History {
    private final List<Entry> entries = new ArrayList<>();

    /** @param index its place in the history, from 0 */
    record Entry(int index, Instant at, Event event) {
        @Override
        public String toString() {
            return index + " " + at + " " + event;
        }
    }

    void add(Event event) {
        add(Instant.now(), event);
    }

    synchronized void add(Instant at, Event event) {
        entries.add(new Entry(entries.size(), at, event));
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }
}
