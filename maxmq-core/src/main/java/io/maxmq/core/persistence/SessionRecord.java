package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A session that outlives its connection, in {@link Tables#SESSION} under its client id.
 *
 * <pre>
 *   | flags | owner | expiry interval in s | away since, ms | sent up to |
 *   flags: connected (bit 0), the settings' subscriptions have been made (1), the owner's name is only claimed (2)
 * </pre>
 *
 * @param owner the user that made it; null for none
 * @param claimed whether no authenticator vouched for the owner's name; false in records that were written before this flag
 * @param expirySeconds 1..4294967295, where that is for ever; 0 of one that is over and only has to pass on what it has
 * @param connected whether its client was connected when this was written
 * @param awaySinceMillis wall time; 0 while connected
 * @param sentUpTo the highest sequence that may have been sent when its client went; -1 for none
 * @param automatic whether what the settings want of it has been subscribed to
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

    /** Of a session whose time is over, whatever the clock says. */
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

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
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
