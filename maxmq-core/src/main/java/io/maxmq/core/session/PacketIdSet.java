package io.maxmq.core.session;

import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A set of packet ids, 1..65,535: a small hash set for few ids, and a bitmap of {@value #SPREAD_BYTES} bytes, for all
 * ids, after a call of {@link #spread}. An empty set is small again.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class PacketIdSet {
    /** Bytes of the bitmap. */
    static final int SPREAD_BYTES = 65_536 / Byte.SIZE;

    /** Largest size of the hash set, which then takes at most 1 KiB. */
    private static final int FEW = 128;

    /** Null when the set is empty or uses the bitmap. */
    private @Nullable IntHashSet few;

    private long @Nullable [] bits;
    private int size;

    int size() {
        return size;
    }

    /** Returns whether the set should be {@linkplain #spread spread} before the next addition. */
    boolean isCrowded() {
        return bits == null && size >= FEW;
    }

    /** Returns whether the set uses {@link #SPREAD_BYTES}. */
    boolean isSpread() {
        return bits != null;
    }

    /** Changes to the bitmap. */
    void spread() {
        long[] spread = new long[SPREAD_BYTES / Long.BYTES];
        IntHashSet before = few;
        if (before != null) {
            for (IntHashSet.IntIterator each = before.iterator(); each.hasNext(); ) {
                int id = each.nextValue();
                spread[id >> 6] |= 1L << id;
            }
        }
        few = null;
        bits = spread;
    }

    /** Adds an id; true if it is new. */
    boolean add(int packetId) {
        long[] spread = bits;
        boolean isNew;
        if (spread == null) {
            IntHashSet present = few;
            if (present == null) {
                present = new IntHashSet();
                few = present;
            }
            isNew = present.add(packetId);
        } else {
            isNew = (spread[packetId >> 6] & (1L << packetId)) == 0;
            spread[packetId >> 6] |= 1L << packetId;
        }
        if (isNew) {
            size++;
        }
        return isNew;
    }

    boolean contains(int packetId) {
        long[] spread = bits;
        if (spread != null) {
            return (spread[packetId >> 6] & (1L << packetId)) != 0;
        }
        IntHashSet present = few;
        return present != null && present.contains(packetId);
    }

    /** Removes an id; false if it is unknown. */
    boolean remove(int packetId) {
        if (!contains(packetId)) {
            return false;
        }
        if (--size == 0) {
            clear();
            return true;
        }
        long[] spread = bits;
        IntHashSet present = few;
        if (spread != null) {
            spread[packetId >> 6] &= ~(1L << packetId);
        } else if (present != null) {
            present.remove(packetId);
        }
        return true;
    }

    void clear() {
        few = null;
        bits = null;
        size = 0;
    }
}
