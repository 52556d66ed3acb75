package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A string of bytes, ordered as unsigned numbers, first byte first; a prefix comes before what it begins.
 *
 * <p>Ownership: {@link #wrap} does not copy, and from then on the array is <em>read-only</em>, for the caller of {@code
 * wrap} and for readers of {@link #array()}. Slices share it, so a small slice keeps a large array alive; use {@link
 * #compact()} before keeping one.
 *
 * <p>Immutable under that rule.
 *
 * @since 0.1.0
 */
@Stable
public final class Bytes implements Comparable<Bytes> {

    /** No bytes; the lowest of all keys. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private static final int SHOWN_BYTES = 32;

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** Wraps {@code array} without a copy; the caller must not write to it from now on. */
    public static Bytes wrap(byte[] array) {
        return new Bytes(array, 0, array.length);
    }

    /**
     * Wraps the bytes {@code offset} (inclusive) to {@code offset + length} (exclusive) of {@code array} without a
     * copy; the caller must not write to them from now on.
     *
     * @throws IndexOutOfBoundsException when the array has no such bytes
     */
    public static Bytes wrap(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return new Bytes(array, offset, length);
    }

    /** A copy of what remains in {@code buffer}, whose position does not move. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return wrap(copy);
    }

    /** {@code text} in UTF-8. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code value} as 8 bytes, big-endian: the shape of a counter. Among values of one sign, byte order is their order. */
    public static Bytes ofLong(long value) {
        byte[] bytes = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (value >>> (56 - 8 * i));
        }
        return wrap(bytes);
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /**
     * Returns the byte at {@code index}, 0..{@code length - 1}, as a signed Java byte.
     *
     * @throws IndexOutOfBoundsException when the index is outside of this range
     */
    public byte byteAt(int index) {
        return array[offset + Objects.checkIndex(index, length)];
    }

    /**
     * The 8 bytes from {@code index} on as a signed big-endian number.
     *
     * @throws IndexOutOfBoundsException when there are fewer
     */
    public long longAt(int index) {
        Objects.checkFromIndexSize(index, Long.BYTES, length);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | (array[offset + index + i] & 0xFF);
        }
        return value;
    }

    /**
     * The bytes {@code from} (inclusive) to {@code to} (exclusive), sharing this array.
     *
     * @throws IndexOutOfBoundsException when there are no such bytes
     */
    public Bytes slice(int from, int to) {
        Objects.checkFromToIndex(from, to, length);
        return from == 0 && to == length ? this : new Bytes(array, offset + from, to - from);
    }

    /** These bytes and then {@code more}, copied. */
    public Bytes concat(Bytes more) {
        byte[] both = Arrays.copyOfRange(array, offset, offset + length + more.length);
        System.arraycopy(more.array, more.offset, both, length, more.length);
        return wrap(both);
    }

    public boolean startsWith(Bytes prefix) {
        return length >= prefix.length
                && Arrays.equals(
                        array,
                        offset,
                        offset + prefix.length,
                        prefix.array,
                        prefix.offset,
                        prefix.offset + prefix.length);
    }

    /**
     * Returns the lowest bytes above all that start with these: the exclusive end of a prefix. Null when all bytes are
     * 0xFF, which has no such end.
     */
    public @Nullable Bytes prefixEnd() {
        int last = length - 1;
        while (last >= 0 && byteAt(last) == (byte) 0xFF) {
            last--;
        }
        if (last < 0) {
            return null;
        }
        byte[] end = Arrays.copyOfRange(array, offset, offset + last + 1);
        end[last]++;
        return wrap(end);
    }

    /** The lowest bytes above these: themselves and a 0. */
    public Bytes next() {
        byte[] next = new byte[length + 1];
        System.arraycopy(array, offset, next, 0, length);
        return wrap(next);
    }

    /**
     * Returns these bytes in an array of their own: this object when its array holds nothing else, otherwise a copy.
     * For callers that keep the bytes.
     */
    public Bytes compact() {
        return length == array.length ? this : wrap(toArray());
    }

    /**
     * Copies all of them to {@code target}, from {@code at} on.
     *
     * @throws IndexOutOfBoundsException when they do not fit
     */
    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    /** A copy, the caller's to write. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /**
     * These bytes as a whole array, not copied when the array holds nothing else. Must not be written to: it may be
     * shared with every other holder.
     */
    public byte[] array() {
        return length == array.length ? array : toArray();
    }

    /** A read-only view, not copied. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /** These bytes read as UTF-8; what is malformed becomes U+FFFD. */
    public String toUtf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Bytes other
                && Arrays.equals(
                        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /** The first 32 bytes in hexadecimal, and the length when there are more. */
    @Override
    public String toString() {
        int shown = Math.min(length, SHOWN_BYTES);
        String hex = HexFormat.of().formatHex(array, offset, offset + shown);
        return shown == length ? hex : hex + "…(" + length + " bytes)";
    }
}
