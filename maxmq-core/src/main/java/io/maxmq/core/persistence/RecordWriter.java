package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Builder of the value of one record.
 * <pre>
 *   0          4         5
 *   | CRC-32C  | version | fields |
 * </pre>
 *
 * The checksum covers the key, the version and the fields, so that a value under a wrong key is detected as well.
 * Numbers are big-endian; a {@code varint} has 7 bits per byte, lowest first. Texts and byte strings are preceded by
 * their length.
 *
 * <p>One writer per record. Not thread-safe.
 */
public final class RecordWriter {
    static final int HEADER_BYTES = 5;

    private byte[] bytes;
    private int length = HEADER_BYTES;

    /**
     * @param version of the layout of the fields, 1..127
     * @param expectedBytes approximate size of the fields; an exact value avoids a copy
     */
    public RecordWriter(int version, int expectedBytes) {
        bytes = new byte[HEADER_BYTES + expectedBytes];
        bytes[4] = (byte) version;
    }

    public RecordWriter writeByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Writes 1 to 10 bytes. Inefficient for negative numbers, which take 10. */
    public RecordWriter writeVarint(long value) {
        reserve(varintBytes(value));
        long left = value;
        while ((left & ~0x7FL) != 0) {
            bytes[length++] = (byte) (left & 0x7F | 0x80);
            left >>>= 7;
        }
        bytes[length++] = (byte) left;
        return this;
    }

    /** Returns the number of bytes that {@link #writeVarint} writes. */
    static int varintBytes(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    /** Writes 8 bytes. */
    public RecordWriter writeLong(long value) {
        reserve(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    public RecordWriter writeText(String text) {
        return writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a text that may be null; null differs from empty. */
    public RecordWriter writeOptionalText(@Nullable String text) {
        writeByte(text == null ? 0 : 1);
        return text == null ? this : writeText(text);
    }

    /** Writes the length, then the bytes. */
    public RecordWriter writeBytes(byte[] value) {
        writeVarint(value.length);
        return writeRest(value);
    }

    /** Writes the last field, without its length. */
    public RecordWriter writeRest(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    /** Returns the value for this key. The writer must not be used afterwards. */
    public Bytes finish(Bytes key) {
        int checksum = checksum(key, bytes, 4, length - 4);
        for (int i = 0; i < 4; i++) {
            bytes[i] = (byte) (checksum >>> 24 - 8 * i);
        }
        return Bytes.wrap(bytes, 0, length);
    }

    static int checksum(Bytes key, byte[] value, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(key.array());
        crc.update(value, offset, length);
        return (int) crc.getValue();
    }
}
