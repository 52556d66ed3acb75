package io.maxmq.core.limit;

import io.maxmq.config.MemoryLimits;
import io.netty.util.internal.PlatformDependent;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The common bound of all messages in the broker, for all sessions, loops and extensions. The memory of Netty's arenas,
 * of caches and of the {@link MemoryShare}s is reserved at construction, so messages, caches and network buffers
 * together stay below {@link #totalBytes()}.
 *
 * <p>Event loops do not use it per message: each draws through a {@link MemoryCredit}. Invariant: 0 &lt;=
 * {@link #usedBytes()} &lt;= {@link #capacityBytes()}, except for overdrafts. Thread-safe, lock-free.
 */
public final class MemoryBudget {

    /** Bytes that a loop draws at a time from a large budget. */
    private static final long MAX_GRAIN_BYTES = 1 << 20;

    private static final long MIN_GRAIN_BYTES = 1 << 10;

    /**
     * Divisor of the budget for the grain of a loop. Each of 64 loops may hold back one grain, together half of the
     * budget.
     */
    private static final int GRAINS = 128;

    private static final long MAX_DERIVED_NETWORK_BYTES = 1L << 30;

    /** Divisor of the budget without the network for caches. */
    private static final int CACHE_PART = 16;

    private final long totalBytes;
    private final long networkBytes;
    private final long capacityBytes;
    private final ReservedMemory caches;
    private final Map<MemoryShare, ReservedMemory> shares = new EnumMap<>(MemoryShare.class);
    private final long grainBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /**
     * Creates a budget without reserved parts for caches and shares.
     *
     * @param totalBytes the whole budget
     * @param networkBytes part for Netty's arenas, below {@code totalBytes}
     */
    public MemoryBudget(long totalBytes, long networkBytes) {
        this(totalBytes, networkBytes, 0, 0);
    }

    /**
     * Creates a budget.
     *
     * @param totalBytes the whole budget
     * @param networkBytes part for Netty's arenas
     * @param cacheBytes part for caches
     * @param shareBytes base of the {@link MemoryShare} fractions: the budget without the network; 0 for none
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

    /** Creates the configured budget. Derives missing values from this JVM's maximum heap and direct memory. */
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

    /** Draws all of the bytes or none. Returns false if that would exceed the capacity. */
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

    /** Draws the bytes even beyond the capacity, for existing objects. */
    public void overdraw(long bytes) {
        usedBytes.addAndGet(bytes);
    }

    /** Gives back drawn bytes. */
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

    /** Bytes drawn and not given back, including the reserves of loops. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /** Part for messages and state: the total without the reserved parts. */
    public long capacityBytes() {
        return capacityBytes;
    }

    ReservedMemory share(MemoryShare of) {
        ReservedMemory share = shares.get(of);
        if (share == null) {
            throw new AssertionError("no memory share: " + of);
        }
        return share;
    }

    /** Part reserved for caches. */
    public ReservedMemory caches() {
        return caches;
    }

    /** Bound for messages, caches and network buffers together. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Part for Netty's arenas. */
    public long networkBytes() {
        return networkBytes;
    }

    /** Bytes that a loop draws at a time: 1 MiB, less if the budget is small. */
    long grainBytes() {
        return grainBytes;
    }
}
