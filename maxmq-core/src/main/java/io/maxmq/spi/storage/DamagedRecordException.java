package io.maxmq.spi.storage;

import io.maxmq.spi.Preview;

/** A record does not match its checksum, is cut off, or has a version that this release does not know. */
@Preview
public final class DamagedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DamagedRecordException(String message) {
        super(message);
    }
}
