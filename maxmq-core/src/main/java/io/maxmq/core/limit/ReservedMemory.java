package io.maxmq.core.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A part of the memory budget reserved for one purpose: for caches, which evict entries when it is used up, or for a
 * {@link MemoryShare}. Thread-safe, lock-free.
 */
public final class ReservedMemory {
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /** @param maxBytes 0 or more */
    public ReservedMemory(long maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes must not be negative: maxBytes=" + maxBytes);
        }
        this.maxBytes = maxBytes;
    }

    /** Returns an unbounded one. */
    public static ReservedMemory unbounded() {
        return new ReservedMemory(Long.MAX_VALUE);
    }

    /** Draws all of the bytes or none. Returns false if that would exceed the reserved part. */
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

    /** Gives back drawn bytes. */
    public void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    /** Gives back at most the bytes drawn here. Returns their number. */
    long giveBackUpTo(long bytes) {
        while (true) {
            long used = usedBytes.get();
            long less = Math.min(used, bytes);
            if (less == 0 || usedBytes.compareAndSet(used, used - less)) {
                return less;
            }
        }
    }

    long freeBytes() {
        return maxBytes - usedBytes.get();
    }

    public long maxBytes() {
        return maxBytes;
    }

    /** Bytes drawn and not given back. */
    public long usedBytes() {
        return usedBytes.get();
    }
}
