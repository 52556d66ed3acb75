package io.maxmq.core.session;

import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A set of packet ids, 1..65,535: a small hash set while there are few, and a bitmap of {@value #SPREAD_BYTES} bytes, which takes all of
 * them, once it was {@linkplain #spread told} that there is memory for it. Becomes small again when it is empty.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class PacketIdSet {
    /** What the bitmap takes. */
    static final int SPREAD_BYTES = 65_536 / Byte.SIZE;

    /** As many are kept in a hash set of at most 1 KiB. */
    private static final int FEW = 128;

    /** Null when there are none, or the bitmap has them. */
    private @Nullable IntHashSet few;

    private long @Nullable [] bits;
    private int size;

    int size() {
        return size;
    }

    /** Whether it should be {@linkplain #spread spread} before it takes more. */
    boolean isCrowded() {
        return bits == null && size >= FEW;
    }

    /** Whether it takes {@link #SPREAD_BYTES}. */
    boolean isSpread() {
        return bits != null;
    }

    /** Goes over to the bitmap. */
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

    /** True when the id is new. */
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

    /** False when the id is unknown. */
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
