package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyValueStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes a group in RocksDB's own form of a write batch, so that it crosses into native code once and not once for each
 * record:
 *
 * <pre>
 *   0                 8               12
 *   +-----------------+---------------+----------------------------------------------------------------+
 *   | sequence, set   | records, LE   | each: type, [family: varint], key length: varint, key,         |
 *   | by RocksDB      |               | [value or end length: varint, value or end of the range]       |
 *   +-----------------+---------------+----------------------------------------------------------------+
 *   types: 1 put into the default family, 5 put, 4 delete, 14 delete range
 * </pre>
 *
 * <p>Not thread-safe; used again and again by the writer.
 */
final class GroupEncoder {

    private static final int HEADER_BYTES = 12;
    private static final int COUNT_AT = 8;
    private static final byte PUT_DEFAULT = 1;
    private static final byte DELETE = 4;
    private static final byte PUT = 5;
    private static final byte DELETE_RANGE = 14;

    private static final int MAX_VARINT_BYTES = 5;
    private static final int KEPT_BYTES = 1024 * 1024;

    /** Above every key. */
    private static final int END_BYTES = KeyValueStore.MAX_KEY_BYTES + 1;

    private byte[] bytes = new byte[64 * 1024];
    private int size = HEADER_BYTES;
    private int records;

    /** A place to go {@link #backTo}. */
    record Mark(int size, int records) {}

    void put(int family, Bytes key, long version, Bytes value) {
        begin(PUT, family, key, Long.BYTES + value.length());
        putVarint(Long.BYTES + value.length());
        putLong(version);
        putBytes(value);
    }

    void delete(int family, Bytes key) {
        begin(DELETE, family, key, 0);
    }

    /**
     * @param to exclusive, or null for the end of all keys; above {@code from}
     */
    void deleteRange(int family, Bytes from, @Nullable Bytes to) {
        int toLength = to == null ? END_BYTES : to.length();
        begin(DELETE_RANGE, family, from, toLength);
        putVarint(toLength);
        if (to == null) {
            Arrays.fill(bytes, size, size + END_BYTES, (byte) 0xFF);
            size += END_BYTES;
        } else {
            putBytes(to);
        }
    }

    /** A number in the default family. */
    void putNumber(byte[] key, long value) {
        reserve(1 + 2 * MAX_VARINT_BYTES + key.length + Long.BYTES);
        bytes[size++] = PUT_DEFAULT;
        putVarint(key.length);
        System.arraycopy(key, 0, bytes, size, key.length);
        size += key.length;
        putVarint(Long.BYTES);
        putLong(value);
        records++;
    }

    Mark mark() {
        return new Mark(size, records);
    }

    /** Forgets what was added since. */
    void backTo(Mark mark) {
        size = mark.size();
        records = mark.records();
    }

    /** Returns whether a group, from its first byte on, has the group's number as its first record. */
    static boolean beginsWithNumber(ByteBuffer group) {
        return group.get(HEADER_BYTES) == PUT_DEFAULT
                && group.get(HEADER_BYTES + 1) == 1
                && group.get(HEADER_BYTES + 2) == Database.GROUP[0]
                && group.get(HEADER_BYTES + 3) == Long.BYTES;
    }

    /** The group. */
    byte[] group() {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[COUNT_AT + i] = (byte) (records >>> (8 * i));
        }
        return Arrays.copyOf(bytes, size);
    }

    /** Begins the next group. */
    void clear() {
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[KEPT_BYTES];
        }
        size = HEADER_BYTES;
        records = 0;
    }

    private void begin(byte type, int family, Bytes key, int valueBytes) {
        reserve(1 + 3 * MAX_VARINT_BYTES + key.length() + valueBytes);
        bytes[size++] = type;
        putVarint(family);
        putVarint(key.length());
        putBytes(key);
        records++;
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int)
                    Math.min(Integer.MAX_VALUE - 8L, 2L * size)));
        }
    }

    private void putVarint(int value) {
        int rest = value;
        while (rest > 0x7F) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private void putLong(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    private void putBytes(Bytes from) {
        from.copyTo(bytes, size);
        size += from.length();
    }
}
