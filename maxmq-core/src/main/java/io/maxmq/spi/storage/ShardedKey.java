package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.nio.charset.StandardCharsets;

/**
 * A key with what every key begins with:
 *
 * <pre>
 *   0        1               2                      2 + n
 *   +--------+---------------+----------------------+-----------------+
 *   | shard  | n = length of | tenant, UTF-8,       | suffix, up to   |
 *   | 0..255 | tenant 0..255 | n bytes              | the table       |
 *   +--------+---------------+----------------------+-----------------+
 * </pre>
 *
 * <p>All keys of one tenant in one shard are therefore one range, {@link #prefix}. The empty tenant is for what belongs
 * to no tenant. Immutable.
 *
 * @param shard 0..255
 * @param tenant at most 255 bytes of UTF-8
 * @param suffix what the table's layout says
 * @since 0.1.0
 */
@Stable
public record ShardedKey(int shard, String tenant, Bytes suffix) {

    /** The most bytes of a tenant's name. */
    public static final int MAX_TENANT_BYTES = 255;

    /** @throws IllegalArgumentException when the shard is outside of 0..255 or the tenant is too long */
    public ShardedKey {
        Shard.check(shard);
        encodeTenant(tenant);
    }

    /**
     * Encodes the key.
     *
     * @throws IllegalArgumentException when the shard is outside of 0..255 or the tenant is too long
     */
    public static Bytes encode(int shard, String tenant, Bytes suffix) {
        return prefix(shard, tenant).concat(suffix);
    }

    /**
     * Returns the bytes that all keys of a tenant in a shard begin with, and no other key.
     *
     * @throws IllegalArgumentException when the shard is outside of 0..255 or the tenant is too long
     */
    public static Bytes prefix(int shard, String tenant) {
        byte[] name = encodeTenant(tenant);
        byte[] prefix = new byte[2 + name.length];
        prefix[0] = (byte) Shard.check(shard);
        prefix[1] = (byte) name.length;
        System.arraycopy(name, 0, prefix, 2, name.length);
        return Bytes.wrap(prefix);
    }

    /**
     * The shard that a key belongs to, its first byte, 0..255.
     *
     * @throws IllegalArgumentException when the key is empty
     */
    public static int shardOf(Bytes key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key must begin with a shard byte: key is empty");
        }
        return key.byteAt(0) & 0xFF;
    }

    /**
     * Takes a key apart; the suffix shares its array.
     *
     * @throws IllegalArgumentException when it is shorter than its beginning says
     */
    public static ShardedKey parse(Bytes key) {
        int shard = shardOf(key);
        int end = key.length() < 2 ? Integer.MAX_VALUE : 2 + (key.byteAt(1) & 0xFF);
        if (end > key.length()) {
            throw new IllegalArgumentException("key ends within its tenant: key=" + key);
        }
        return new ShardedKey(shard, key.slice(2, end).toUtf8(), key.slice(end, key.length()));
    }

    /** The key in bytes. */
    public Bytes toBytes() {
        return encode(shard, tenant, suffix);
    }

    private static byte[] encodeTenant(String tenant) {
        byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_TENANT_BYTES) {
            throw new IllegalArgumentException("tenant must have at most 255 bytes of UTF-8: bytes=" + name.length);
        }
        return name;
    }
}
