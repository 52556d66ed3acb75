package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A session that outlives its connection, in {@link Tables#SESSION} under its client id.
 * <pre>
 *   | flags | owner | expiry interval in s | away since, ms | sent up to |
 *   flags: connected (bit 0), automatic subscriptions made (1), owner's name only claimed (2)
 * </pre>
 *
 * @param owner the user that created it; null for none
 * @param claimed true if no authenticator confirmed the owner's name; false in records older than this flag
 * @param expirySeconds 1..4294967295, where the maximum means no expiry; 0 for an ended session that still has to pass
 *     on messages
 * @param connected true if its client was connected at the time of writing
 * @param awaySinceMillis wall time of the disconnection; 0 while connected
 * @param sentUpTo the highest sequence that may have been sent before the disconnection; -1 for none
 * @param automatic true if the automatic subscriptions of the settings have been made
 */
public record SessionRecord(
        @Nullable String owner,
        boolean claimed,
        long expirySeconds,
        boolean connected,
        long awaySinceMillis,
        long sentUpTo,
        boolean automatic) {
    private static final int VERSION = 1;
    private static final int CONNECTED = 1;
    private static final int AUTOMATIC = 2;
    private static final int CLAIMED = 4;

    /** Returns the record of a session that has ended, regardless of the clock. */
    public static SessionRecord over(@Nullable String owner, boolean claimed, long sentUpTo) {
        return new SessionRecord(owner, claimed, 0, false, 0, sentUpTo, false);
    }

    public Bytes write(Bytes key) {
        return new RecordWriter(VERSION, 32)
                .writeByte((connected ? CONNECTED : 0) | (automatic ? AUTOMATIC : 0) | (claimed ? CLAIMED : 0))
                .writeOptionalText(owner)
                .writeVarint(expirySeconds)
                .writeVarint(awaySinceMillis)
                .writeVarint(sentUpTo + 1)
                .finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    public static SessionRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.SESSION, entry, VERSION);
        int flags = record.readByte();
        String owner = record.readOptionalText();
        long expirySeconds = record.readVarint();
        long awaySinceMillis = record.readVarint();
        long sentUpTo = record.readVarint() - 1;
        return new SessionRecord(
                owner,
                (flags & CLAIMED) != 0,
                expirySeconds,
                (flags & CONNECTED) != 0,
                awaySinceMillis,
                sentUpTo,
                (flags & AUTOMATIC) != 0);
    }
}
