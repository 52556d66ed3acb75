package io.maxmq.core.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Hash function for topic levels, which clients choose: multiplies and folds 8 bytes at a time with a secret of this
 * process, so that colliding names cannot be prepared. The hash differs in each process and must not be stored.
 */
final class LevelHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED;
    private static final long FACTOR;

    static {
        SecureRandom random = new SecureRandom();
        SEED = random.nextLong();
        FACTOR = random.nextLong() | 1 | 1L << 62; // odd and large: every input bit reaches the high half
    }

    private LevelHash() {}

    /** Returns the hash of {@code bytes[start..end)}. */
    static int of(byte[] bytes, int start, int end) {
        long h = SEED ^ (end - start);
        int i = start;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            h = fold(h ^ (long) LONG.get(bytes, i));
        }
        if (i < end) {
            long tail = 0;
            for (; i < end; i++) {
                tail = tail << 8 | (bytes[i] & 0xff);
            }
            h = fold(h ^ tail);
        }
        h = fold(h);
        return (int) (h ^ h >>> 32);
    }

    private static long fold(long x) {
        return (x * FACTOR ^ Math.multiplyHigh(x, FACTOR)) + SEED;
    }
}
