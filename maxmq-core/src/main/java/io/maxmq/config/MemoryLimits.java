package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Memory that messages and network buffers of the whole broker may use. Immutable.
 *
 * @param maxBytes of queued, retained and buffered messages and of network buffers together; {@link #DERIVED} for half
 *     of the maximum heap plus {@code networkBytes}
 * @param networkBytes the part of {@code maxBytes} for network buffers; {@link #DERIVED} for half of the maximum direct
 *     memory, at most 1 GiB, and no more than half of an explicit {@code maxBytes}
 * @since 0.1.0
 */
@Stable
public record MemoryLimits(long maxBytes, long networkBytes) {

    /** Stands for a value that the broker derives from the JVM's limits when it starts. */
    public static final long DERIVED = 0;

    /** Both values derived from the JVM's limits. */
    public static final MemoryLimits AUTO = new MemoryLimits(DERIVED, DERIVED);

    private static final long MIN_BYTES = 1 << 20;

    /** Checks both values. */
    public MemoryLimits {
        if (maxBytes != DERIVED) {
            SettingChecks.range("maxBytes", maxBytes, MIN_BYTES, Long.MAX_VALUE);
        }
        SettingChecks.range("networkBytes", networkBytes, 0, Long.MAX_VALUE);
        if (maxBytes != DERIVED && networkBytes >= maxBytes) {
            throw new IllegalArgumentException(
                    "networkBytes must be below maxBytes: networkBytes=" + networkBytes + ", maxBytes=" + maxBytes);
        }
    }

    /** Returns limits with this total, of which the network's part is derived. */
    public static MemoryLimits ofBytes(long maxBytes) {
        return new MemoryLimits(maxBytes, DERIVED);
    }
}
