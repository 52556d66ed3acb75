package io.maxmq.core.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A part of the memory budget that is set aside for one purpose, so that nothing else can take it: for caches, which forget
 * something when they get no more, or for a {@link MemoryShare}. Thread-safe, lock-free.
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

    /** One without a bound. */
    public static ReservedMemory unbounded() {
        return new ReservedMemory(Long.MAX_VALUE);
    }

    /** Takes all of the bytes or none; false when that would be more than is set aside. */
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

    /** Gives back as much of this as has been drawn here at all. Gives how much that is. */
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

    /** Drawn and not given back. */
    public long usedBytes() {
        return usedBytes.get();
    }
}
