package io.maxmq.core.persistence;

import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import java.util.Optional;

/**
 * A ban, in {@link Tables#BAN}. All bans are in the first shard: they are few and are read together.
 * <pre>
 *   key    | shard = 0 | tenant | 0 | kind (1) | value | of a client id of one user: 0 | user |
 *   value  | since (8) | until (8) | reason |
 * </pre>
 */
public final class BanRecord {
    private static final int VERSION = 1;
    private static final int SHARD = 0;

    private BanRecord() {}

    private static Bytes key(Ban ban) {
        byte[] kind = {(byte) ban.kind().ordinal()};
        String name = ban.value() + ban.user().map(user -> '\0' + user).orElse("");
        return ShardedKey.encode(SHARD, ban.tenant().name(), Bytes.wrap(kind).concat(Bytes.utf8(name)));
    }

    /** Returns the batch that writes the ban, in place of an older one with the same kind, value and user. */
    public static Batch put(Ban ban) {
        Bytes key = key(ban);
        Bytes value = new RecordWriter(VERSION, 2 * Long.BYTES + ban.reason().length() + 2)
                .writeLong(ban.sinceEpochMillis())
                .writeLong(ban.untilEpochMillis())
                .writeText(ban.reason())
                .finish(key);
        return Batch.builder(SHARD).mayUseReserve().put(Tables.BAN, key, value).build();
    }

    /** Returns the batch that deletes the ban. */
    public static Batch delete(Ban ban) {
        return Batch.builder(SHARD).delete(Tables.BAN, key(ban)).build();
    }

    /** @throws DamagedRecordException if the checksum does not match or the content is invalid */
    public static Ban read(Entry entry) {
        RecordReader record = new RecordReader(Tables.BAN, entry, VERSION);
        ShardedKey key = ShardedKey.parse(entry.key());
        Bytes suffix = key.suffix();
        int kind = suffix.isEmpty() ? -1 : suffix.byteAt(0);
        if (kind < 0 || kind >= Ban.Kind.values().length) {
            throw new DamagedRecordException("unknown ban kind: " + kind);
        }
        String name = suffix.slice(1, suffix.length()).toUtf8();
        int user = Ban.Kind.values()[kind] == Ban.Kind.CLIENT_OF_USER ? name.indexOf('\0') : -1;
        long since = record.readLong();
        long until = record.readLong();
        return new Ban(
                Ban.Kind.values()[kind],
                new Tenant(key.tenant()),
                user < 0 ? name : name.substring(0, user),
                user < 0 ? Optional.empty() : Optional.of(name.substring(user + 1)),
                record.readText(),
                since,
                until);
    }
}
