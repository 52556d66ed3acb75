package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * A key and what it holds. Immutable.
 *
 * @param version of the batch that last wrote it, 1 or more
 * @since 0.1.0
 */
@Stable
public record Entry(Bytes key, Bytes value, long version) {

    /** Returns the size that counts against limits: the bytes of key and value. */
    public int sizeBytes() {
        return key.length() + value.length();
    }

    /** Without the value, which may be a payload. */
    @Override
    public String toString() {
        return "Entry[key=" + key + ", valueBytes=" + value.length() + ", version=" + version + "]";
    }
}
