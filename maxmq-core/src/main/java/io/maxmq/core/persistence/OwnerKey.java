package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.ShardedKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Key prefix of all records of one name: the client id of a session, or the filter of a shared subscription.
 * <pre>
 *   | shard | tenant, with its length | name, UTF-8 | 0 | suffix |
 * </pre>
 *
 * MQTT names do not contain U+0000 (MQTT 5.0 §1.5.4), so no name's prefix is a prefix of another's. Immutable.
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

    /** Returns the name in a key of this layout. */
    public static String nameIn(Bytes key) {
        Bytes suffix = ShardedKey.parse(key).suffix();
        return suffix.slice(0, endOfName(suffix)).toUtf8();
    }

    /** Returns the suffix after the name in a key of this layout. */
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

    /** The key for tables with one record per name. */
    public Bytes alone() {
        return Bytes.wrap(prefix);
    }

    /** The range of all keys of the name. */
    public KeyRange all() {
        return KeyRange.prefix(Bytes.wrap(prefix));
    }

    /** Returns the key of the record with this number, 0 or more. Such keys sort by number. */
    public Bytes numbered(long number) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            key[prefix.length + i] = (byte) (number >>> 56 - 8 * i);
        }
        return Bytes.wrap(key);
    }

    /** Returns the number in a key of {@link #numbered}. */
    public static long numberIn(Bytes key) {
        return key.longAt(key.length() - Long.BYTES);
    }

    /** Returns whether the key may be one of {@link #numbered}: a name's terminator precedes the number. */
    static boolean isNumbered(Bytes key) {
        return key.length() > Long.BYTES && key.byteAt(key.length() - Long.BYTES - 1) == 0;
    }

    /** Returns the key with the next number; no other key of the same table sorts between the two. */
    static Bytes next(Bytes numbered) {
        return numbered.slice(0, numbered.length() - Long.BYTES).concat(Bytes.ofLong(numberIn(numbered) + 1));
    }

    /** Returns the range of keys with numbers from {@code from} (inclusive) to {@code to} (exclusive). */
    public KeyRange numbered(long from, long to) {
        return new KeyRange(numbered(from), numbered(to));
    }

    /** Returns the range of keys with numbers of at least {@code from}. */
    public KeyRange numberedFrom(long from) {
        return new KeyRange(numbered(from), all().to());
    }

    /** Returns the key of the record with this text. */
    public Bytes named(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(prefix, prefix.length + utf8.length);
        System.arraycopy(utf8, 0, key, prefix.length, utf8.length);
        return Bytes.wrap(key);
    }
}
