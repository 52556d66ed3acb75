package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.ShardedKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the keys of all that belongs to one name begin with: a session's client id, the filter of a shared subscription.
 *
 * <pre>
 *   | shard | tenant, with its length | name, UTF-8 | 0 | what follows |
 * </pre>
 *
 * A name of MQTT has no character 0 (MQTT 5.0 §1.5.4), so no name's keys begin like another's. Immutable.
 */
public final class OwnerKey {
    private final int shard;
    private final byte[] prefix;

    private OwnerKey(int shard, byte[] prefix) {
        this.shard = shard;
        this.prefix = prefix;
    }

    public static OwnerKey of(String tenant, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        int shard = Shard.of(tenant.getBytes(StandardCharsets.UTF_8), utf8);
        Bytes before = ShardedKey.prefix(shard, tenant);
        byte[] prefix = Arrays.copyOf(before.array(), before.length() + utf8.length + 1);
        System.arraycopy(utf8, 0, prefix, before.length(), utf8.length);
        return new OwnerKey(shard, prefix);
    }

    /** The name in a key that one of these made. */
    public static String nameIn(Bytes key) {
        Bytes suffix = ShardedKey.parse(key).suffix();
        return suffix.slice(0, endOfName(suffix)).toUtf8();
    }

    /** What follows the name in a key that one of these made. */
    public static Bytes behindName(Bytes key) {
        Bytes suffix = ShardedKey.parse(key).suffix();
        return suffix.slice(Math.min(suffix.length(), endOfName(suffix) + 1), suffix.length());
    }

    private static int endOfName(Bytes suffix) {
        int end = 0;
        while (end < suffix.length() && suffix.byteAt(end) != 0) {
            end++;
        }
        return end;
    }

    public int shard() {
        return shard;
    }

    /** The key of the one record that a name has in a table. */
    public Bytes alone() {
        return Bytes.wrap(prefix);
    }

    /** All its keys. */
    public KeyRange all() {
        return KeyRange.prefix(Bytes.wrap(prefix));
    }

    /** The key of its record with this number, 0 or more; such keys are in the order of their numbers. */
    public Bytes numbered(long number) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            key[prefix.length + i] = (byte) (number >>> 56 - 8 * i);
        }
        return Bytes.wrap(key);
    }

    /** The number in a key that {@link #numbered} made. */
    public static long numberIn(Bytes key) {
        return key.longAt(key.length() - Long.BYTES);
    }

    /** Whether {@link #numbered} may have made a key: there is what a name ends with in front of a number. */
    static boolean isNumbered(Bytes key) {
        return key.length() > Long.BYTES && key.byteAt(key.length() - Long.BYTES - 1) == 0;
    }

    /** The key with the next number; such keys have no others of the same table between them. */
    static Bytes next(Bytes numbered) {
        return numbered.slice(0, numbered.length() - Long.BYTES).concat(Bytes.ofLong(numberIn(numbered) + 1));
    }

    /** The keys with numbers from {@code from} (inclusive) to {@code to} (exclusive). */
    public KeyRange numbered(long from, long to) {
        return new KeyRange(numbered(from), numbered(to));
    }

    /** The keys with numbers from {@code from} on. */
    public KeyRange numberedFrom(long from) {
        return new KeyRange(numbered(from), all().to());
    }

    /** The key of its record with this text. */
    public Bytes named(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(prefix, prefix.length + utf8.length);
        System.arraycopy(utf8, 0, key, prefix.length, utf8.length);
        return Bytes.wrap(key);
    }
}
