package io.maxmq.core.routing;

/** A message that is kept. Immutable. */
public final class StoredMessage {
    private final Topic topic;
    private final int bytes;

    public StoredMessage(Topic topic, int bytes) {
        this.topic = topic;
        this.bytes = bytes;
    }

    public Topic topic() {
        return topic;
    }

    /** What it counts towards quotas. */
    public int bytes() {
        return bytes;
    }
}
