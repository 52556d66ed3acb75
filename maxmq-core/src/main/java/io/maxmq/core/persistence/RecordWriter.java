package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Builds the value of one record.
 *
 * <pre>
 *   0          4         5
 *   | CRC-32C  | version | fields |
 * </pre>
 *
 * The checksum is over the key, the version and the fields, so that a value under another's key is found as well. Numbers
 * are big-endian; {@code varint} is 7 bits per byte, lowest first. Texts and byte strings have their length before them.
 *
 * <p>For one record each. Not thread-safe.
 */
public final class RecordWriter {
    static final int HEADER_BYTES = 5;

    private byte[] bytes;
    private int length = HEADER_BYTES;

    /**
     * @param version of the layout of the fields, 1..127
     * @param expectedBytes of the fields, about; when it is exact nothing is copied for who keeps the value
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

    /** 1 to 10 bytes; not for negative numbers, which take 10. */
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

    /** How many bytes {@link #writeVarint} takes. */
    static int varintBytes(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    /** 8 bytes. */
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

    /** Absent differs from empty. */
    public RecordWriter writeOptionalText(@Nullable String text) {
        writeByte(text == null ? 0 : 1);
        return text == null ? this : writeText(text);
    }

    /** Its length, then itself. */
    public RecordWriter writeBytes(byte[] value) {
        writeVarint(value.length);
        return writeRest(value);
    }

    /** The last field: without its length. */
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

    /** The value for this key; the writer is used up. */
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
