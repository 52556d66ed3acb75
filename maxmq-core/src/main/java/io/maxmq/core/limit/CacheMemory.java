package io.maxmq.core.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The part of the memory budget that is set aside for what the broker remembers to be faster: topics and their matches. A cache
 * that gets no more memory forgets something, so it never takes memory that messages and sessions need. Thread-safe, lock-free.
 */
public final class CacheMemory {
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /** @param maxBytes for all caches of a broker together, 0 or more */
    public CacheMemory(long maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes must not be negative: maxBytes=" + maxBytes);
        }
        this.maxBytes = maxBytes;
    }

    /** One without a bound. */
    public static CacheMemory unbounded() {
        return new CacheMemory(Long.MAX_VALUE);
    }

    /** Takes all of the bytes or none; false when the caches have what they may have. */
    public boolean tryDraw(long bytes) {
        while (true) {
            long used = usedBytes.get();
            if (bytes > maxBytes - used) {
                return false;
            }
            if (usedBytes.compareAndSet(used, used + bytes)) {
                return true;
            }
        }
    }

    /** Gives back what was drawn. */
    public void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    public long maxBytes() {
        return maxBytes;
    }

    /** Drawn and not given back. */
    public long usedBytes() {
        return usedBytes.get();
    }
}
