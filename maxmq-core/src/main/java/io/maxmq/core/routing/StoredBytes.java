package io.maxmq.core.routing;

import java.util.concurrent.atomic.LongAdder;

/**
 * The bytes of messages in a tenant's durable queues, a message once for each queue, and their bound. Without a bound nothing is
 * counted. Thread-safe; several loops that add at the same moment may exceed the bound a little.
 */
public final class StoredBytes {
    private final long maxBytes;
    private final LongAdder bytes = new LongAdder();

    /** @param maxBytes {@link Long#MAX_VALUE} for no bound */
    public StoredBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public boolean isBounded() {
        return maxBytes != Long.MAX_VALUE;
    }

    /** Whether a message of so many bytes exceeds the bound. */
    public boolean isFullFor(int messageBytes) { // hot: per message that is queued
        return isBounded() && bytes.sum() + messageBytes > maxBytes;
    }

    /** So many bytes more are stored, or less. */
    public void add(long more) { // hot: per message that is queued
        if (isBounded()) {
            bytes.add(more);
        }
    }

    /** How many bytes are stored; 0 without a bound. */
    public long bytes() {
        return Math.max(0, bytes.sum());
    }
}
