package io.maxmq.codec.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Hash and comparison of topics as bytes, eight at a time, alike for arrays and for buffers in big-endian order. */
final class TopicBytes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** Differs from run to run, so that a client cannot choose colliding topics. */
    private static final long SEED = new SplittableRandom().nextLong();

    private static final long MULTIPLIER = new SplittableRandom().nextLong() | 1;

    private TopicBytes() {}

    static int hash(ByteBuffer bytes, int start, int length) { // hot: per message
        long hash = fold(SEED ^ length); // folded: else the length and a byte could cancel out
        int end = start + length;
        if (length >= 8) {
            for (int at = start; at < end - 8; at += 8) {
                hash = fold(hash ^ bytes.getLong(at));
            }
            return finish(fold(hash ^ bytes.getLong(end - 8))); // overlaps what the loop read last
        }
        if (length >= 4) {
            return finish(fold(hash ^ join(bytes.getInt(start), bytes.getInt(end - 4))));
        }
        return length == 0
                ? finish(fold(hash))
                : finish(fold(hash ^ join(bytes.get(start), bytes.get(start + length / 2), bytes.get(end - 1))));
    }

    static int hash(byte[] bytes) {
        int length = bytes.length;
        long hash = fold(SEED ^ length); // folded: else the length and a byte could cancel out
        if (length >= 8) {
            for (int at = 0; at < length - 8; at += 8) {
                hash = fold(hash ^ (long) LONGS.get(bytes, at));
            }
            return finish(fold(hash ^ (long) LONGS.get(bytes, length - 8)));
        }
        if (length >= 4) {
            return finish(fold(hash ^ join((int) INTS.get(bytes, 0), (int) INTS.get(bytes, length - 4))));
        }
        return length == 0
                ? finish(fold(hash))
                : finish(fold(hash ^ join(bytes[0], bytes[length / 2], bytes[length - 1])));
    }

    static boolean equals(ByteBuffer bytes, int start, int length, byte[] other) { // hot: per message
        if (length != other.length) {
            return false;
        }
        int i = 0;
        for (; i <= length - 8; i += 8) {
            if (bytes.getLong(start + i) != (long) LONGS.get(other, i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (bytes.get(start + i) != other[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean hasWildcard(ByteBuffer bytes, int start, int length) {
        for (int at = start; at < start + length; at++) {
            byte b = bytes.get(at);
            if (b == '+' || b == '#') {
                return true;
            }
        }
        return false;
    }

    /** Both halves of a 128-bit product: each bit of {@code value} reaches all of the result. */
    private static long fold(long value) {
        return Math.multiplyHigh(value, MULTIPLIER) ^ value * MULTIPLIER;
    }

    private static int finish(long hash) {
        return (int) (hash ^ hash >>> 32);
    }

    private static long join(int high, int low) {
        return (long) high << 32 | low & 0xFFFF_FFFFL;
    }

    private static long join(byte first, byte middle, byte last) {
        return (first & 0xFF) << 16 | (middle & 0xFF) << 8 | last & 0xFF;
    }
}
