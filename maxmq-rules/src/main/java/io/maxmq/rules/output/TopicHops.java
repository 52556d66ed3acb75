package io.maxmq.rules.output;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many rules have lately published to topics because of events that are not messages: a delivery, a drop. Such an event does not carry
 * the message's own count, so without this a rule that publishes at each delivery would feed itself for ever. Bounded in topics and
 * time. Thread-safe.
 */
public final class TopicHops {
    private static final int MAX_TOPICS = 10_000;
    private static final long MEMORY_MILLIS = 10_000;

    private record Note(int hops, long atMillis) {}

    /** Guarded by this. */
    private final Map<String, Note> notes = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Note> eldest) {
            return size() > MAX_TOPICS;
        }
    };

    /** A rule publishes there. */
    public synchronized void note(String topic, int hops, long nowMillis) {
        notes.put(topic, new Note(hops, nowMillis));
    }

    /** Of an event about this topic; 0 when no rule has published there lately. */
    public synchronized int of(String topic, long nowMillis) {
        Note note = notes.isEmpty() ? null : notes.get(topic);
        return note == null || nowMillis - note.atMillis() > MEMORY_MILLIS ? 0 : note.hops();
    }
}
