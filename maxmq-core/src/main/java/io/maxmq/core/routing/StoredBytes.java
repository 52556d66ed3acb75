package io.maxmq.core.routing;

import java.util.concurrent.atomic.LongAdder;

/**
 * Size of the messages in a tenant's durable queues, in bytes, and its bound. A message counts once per queue. Without
 * a bound nothing is counted. Thread-safe; several loops that add at the same time may exceed the bound slightly.
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

    /** Returns whether another message of this size would exceed the bound. */
    public boolean isFullFor(int messageBytes) { // hot: per message that is queued
        return isBounded() && bytes.sum() + messageBytes > maxBytes;
    }

    /** Adds to the stored bytes; negative to subtract. */
    public void add(long more) { // hot: per message that is queued
        if (isBounded()) {
            bytes.add(more);
        }
    }

    /** Stored bytes; 0 without a bound. */
    public long bytes() {
        return Math.max(0, bytes.sum());
    }
}
