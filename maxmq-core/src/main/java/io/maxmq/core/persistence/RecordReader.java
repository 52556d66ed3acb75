package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.Table;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a record built by {@link RecordWriter}. Every method throws {@link DamagedRecordException} if the
 * record ends within the field. Not thread-safe.
 */
public final class RecordReader {
    private final Table table;
    private final Bytes key;
    private final byte[] bytes;
    private int at = RecordWriter.HEADER_BYTES;

    /**
     * Verifies the record.
     *
     * @param newestVersion the highest layout version that the caller can read
     * @throws DamagedRecordException if the checksum does not match or the version is unsupported
     */
    public RecordReader(Table table, Entry entry, int newestVersion) {
        this(table, entry.key(), entry.value(), newestVersion);
    }

    /** Verifies a record given as key and value. */
    public RecordReader(Table table, Bytes key, Bytes value, int newestVersion) {
        this.table = table;
        this.key = key;
        this.bytes = value.array();
        if (bytes.length < RecordWriter.HEADER_BYTES) {
            throw damaged("is truncated");
        }
        int expected = (bytes[0] & 0xFF) << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
        if (RecordWriter.checksum(key, bytes, 4, bytes.length - 4) != expected) {
            throw damaged("does not match its checksum");
        }
        if (version() < 1 || version() > newestVersion) {
            throw damaged("has version " + version() + "; this release reads up to " + newestVersion);
        }
    }

    private DamagedRecordException damaged(String how) {
        return new DamagedRecordException("record " + how + ": table=" + table + ", key=" + key);
    }

    /** Version of the layout of the fields, 1 or more. */
    public int version() {
        return bytes[4];
    }

    public int readByte() {
        require(1);
        return bytes[at++] & 0xFF;
    }

    public long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw damaged("has an unterminated number");
    }

    /** Reads a length or a count: 0 or more. */
    public int readSize() {
        long value = readVarint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw damaged("has a size out of range");
        }
        return (int) value;
    }

    public long readLong() {
        require(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | bytes[at++] & 0xFF;
        }
        return value;
    }

    public String readText() {
        int size = readSize();
        require(size);
        String text = new String(bytes, at, size, StandardCharsets.UTF_8);
        at += size;
        return text;
    }

    public @Nullable String readOptionalText() {
        return readByte() == 0 ? null : readText();
    }

    /** Reads a byte string; a copy. */
    public byte[] readBytes() {
        int size = readSize();
        require(size);
        return take(size);
    }

    /** Reads the remaining bytes; a copy. */
    public byte[] readRest() {
        return take(bytes.length - at);
    }

    private byte[] take(int size) {
        byte[] taken = new byte[size];
        System.arraycopy(bytes, at, taken, 0, size);
        at += size;
        return taken;
    }

    private void require(int size) {
        if (bytes.length - at < size) {
            throw damaged("ends within a field");
        }
    }
}
