package io.maxmq.codec.wire;

import io.netty.buffer.ByteBuf;

/**
 * The number format of lengths and subscription identifiers (MQTT 5.0 §1.5.5): seven bits a byte, lowest first, the high
 * bit set on all but the last; 1..4 bytes for 0..268,435,455. Stateless.
 */
public final class VariableByteInteger {
    /** The largest value, 2^28 - 1. */
    public static final int MAX = 268_435_455;

    private VariableByteInteger() {}

    /**
     * Returns the number of bytes that {@code value} takes, 1..4.
     *
     * @throws IllegalArgumentException when it is not 0..{@link #MAX}
     */
    public static int length(int value) {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException("variable byte integer must be 0.." + MAX + ": value=" + value);
        }
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }

    /** Writes {@code value}, 0..{@link #MAX} (not checked), in as few bytes as possible. */
    public static void write(ByteBuf out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /** As {@link #write(ByteBuf, int)}, at an index of an array. Returns the index behind. */
    public static int write(byte[] dst, int at, int value) {
        int next = at;
        int rest = value;
        while (rest > 0x7F) {
            dst[next++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        dst[next++] = (byte) rest;
        return next;
    }
}
