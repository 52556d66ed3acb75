package io.maxmq.core.persistence;

/** A record does not match its checksum, is cut off, or is of a version that this release does not know. */
public final class DamagedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DamagedRecordException(String message) {
        super(message);
    }
}
