package io.maxmq.core.limit;

import io.maxmq.config.MemoryLimits;
import io.netty.util.internal.PlatformDependent;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One bound for all messages that the broker holds, whichever session, loop or extension holds them. What Netty's arenas
 * may take, what caches may, and the {@link MemoryShare}s are set aside at construction and never handed out, so messages, caches and network buffers
 * together stay below {@link #totalBytes()}.
 *
 * <p>Event loops do not come here per message: each draws through a {@link MemoryCredit}. Invariant: 0 &lt;=
 * {@link #usedBytes()} &lt;= {@link #capacityBytes()}, but for what was overdrawn. Thread-safe, lock-free.
 */
public final class MemoryBudget {

    /** What a loop draws at a time from a budget that is large enough. */
    private static final long MAX_GRAIN_BYTES = 1 << 20;

    private static final long MIN_GRAIN_BYTES = 1 << 10;

    /** Loops may hold back this part of the budget each, at most: 64 loops, half of it. */
    private static final int GRAINS = 128;

    private static final long MAX_DERIVED_NETWORK_BYTES = 1L << 30;

    /** Caches may take this part of what Netty's arenas leave. */
    private static final int CACHE_PART = 16;

    private final long totalBytes;
    private final long networkBytes;
    private final long capacityBytes;
    private final ReservedMemory caches;
    private final Map<MemoryShare, ReservedMemory> shares = new EnumMap<>(MemoryShare.class);
    private final long grainBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /**
     * A budget without parts for caches and shares.
     *
     * @param totalBytes all of it
     * @param networkBytes the part of it that Netty's arenas may take, below {@code totalBytes}
     */
    public MemoryBudget(long totalBytes, long networkBytes) {
        this(totalBytes, networkBytes, 0, 0);
    }

    /**
     * A budget.
     *
     * @param totalBytes all of it
     * @param networkBytes the part of it that Netty's arenas may take
     * @param cacheBytes the part of it that caches may take
     * @param shareBytes what the parts of {@link MemoryShare} are parts of: the budget without the network; 0 for none
     */
    MemoryBudget(long totalBytes, long networkBytes, long cacheBytes, long shareBytes) {
        long reserved = networkBytes + cacheBytes;
        for (MemoryShare each : MemoryShare.values()) {
            ReservedMemory share = new ReservedMemory(shareBytes / MemoryShare.PARTS * each.parts);
            shares.put(each, share);
            reserved += share.maxBytes();
        }
        if (networkBytes < 0 || reserved >= totalBytes) {
            throw new IllegalArgumentException("networkBytes must be 0..totalBytes-1: networkBytes=" + networkBytes
                    + ", reserved=" + reserved + ", totalBytes=" + totalBytes);
        }
        this.totalBytes = totalBytes;
        this.networkBytes = networkBytes;
        this.capacityBytes = totalBytes - reserved;
        this.caches = new ReservedMemory(cacheBytes);
        this.grainBytes = Math.min(MAX_GRAIN_BYTES, Math.max(MIN_GRAIN_BYTES, capacityBytes / GRAINS));
    }

    /** The configured budget; what is left to derive comes from this JVM's maximum heap and direct memory. */
    public static MemoryBudget of(MemoryLimits limits) {
        return of(limits, Runtime.getRuntime().maxMemory(), PlatformDependent.estimateMaxDirectMemory());
    }

    static MemoryBudget of(MemoryLimits limits, long maxHeapBytes, long maxDirectBytes) {
        long network = limits.networkBytes();
        if (network == MemoryLimits.DERIVED) {
            network = Math.min(MAX_DERIVED_NETWORK_BYTES, maxDirectBytes / 2);
            if (limits.maxBytes() != MemoryLimits.DERIVED) {
                network = Math.min(network, limits.maxBytes() / 2);
            }
        }
        long total = limits.maxBytes() == MemoryLimits.DERIVED ? maxHeapBytes / 2 + network : limits.maxBytes();
        return new MemoryBudget(total, network, (total - network) / CACHE_PART, total - network);
    }

    /** Takes all of the bytes or none; false when that would exceed the capacity. */
    public boolean tryDraw(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: bytes=" + bytes);
        }
        while (true) {
            long used = usedBytes.get();
            if (bytes > capacityBytes - used) {
                return false;
            }
            if (usedBytes.compareAndSet(used, used + bytes)) {
                return true;
            }
        }
    }

    /** Takes the bytes even beyond the capacity, for what exists already. */
    public void overdraw(long bytes) {
        usedBytes.addAndGet(bytes);
    }

    /** Gives back what was drawn. */
    public void giveBack(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: bytes=" + bytes);
        }
        long left = usedBytes.addAndGet(-bytes);
        if (left < 0) {
            usedBytes.addAndGet(bytes);
            throw new IllegalArgumentException("more given back than drawn: bytes=" + bytes);
        }
    }

    /** Drawn and not given back, what loops hold in reserve included. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /** The part for messages and state: the total without the parts that are set aside. */
    public long capacityBytes() {
        return capacityBytes;
    }

    ReservedMemory share(MemoryShare of) {
        ReservedMemory share = shares.get(of);
        if (share == null) {
            throw new AssertionError("each has one: " + of);
        }
        return share;
    }

    /** The part that is set aside for caches. */
    public ReservedMemory caches() {
        return caches;
    }

    /** Messages, caches and network buffers. */
    public long totalBytes() {
        return totalBytes;
    }

    /** What Netty's arenas may take. */
    public long networkBytes() {
        return networkBytes;
    }

    /** What a loop draws at a time: 1 MiB, less when the budget is small. */
    long grainBytes() {
        return grainBytes;
    }
}
