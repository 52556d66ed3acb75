package io.maxmq.rules.output;

import io.maxmq.spi.Tenant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The number of rules that have lately published to topics because of events that are not messages: a delivery, a drop. Such an event does not carry
 * the message's own count, so without this a rule that publishes at each delivery would feed itself for ever. Bounded in topics and
 * time. Thread-safe.
 */
public final class TopicHops {
    private static final int MAX_TOPICS = 10_000;
    private static final long MEMORY_MILLIS = 10_000;

    private record Topic(Tenant tenant, String name) {}

    private record Note(int hops, long atMillis) {}

    /** Guarded by this. */
    private final Map<Topic, Note> notes = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Topic, Note> eldest) {
            return size() > MAX_TOPICS;
        }
    };

    /** A rule publishes there. */
    public synchronized void note(Tenant tenant, String topic, int hops, long nowMillis) {
        notes.put(new Topic(tenant, topic), new Note(hops, nowMillis));
    }

    /** Of an event about this topic; 0 when no rule of its tenant has published there lately. */
    public synchronized int of(Tenant tenant, String topic, long nowMillis) {
        Note note = notes.isEmpty() ? null : notes.get(new Topic(tenant, topic));
        return note == null || nowMillis - note.atMillis() > MEMORY_MILLIS ? 0 : note.hops();
    }
}
