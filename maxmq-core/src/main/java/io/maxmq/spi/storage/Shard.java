package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.nio.charset.StandardCharsets;

/**
 * The 256 virtual shards, numbers 0..255, that keys are distributed over: by client id for sessions, by topic for
 * retained messages, and so on. The count and the hash are on disk and on the wire, hence fixed for ever.
 *
 * <p>The hash is FNV-1a with 64 bits over the tenant in UTF-8, one byte 0xFF (which UTF-8 never contains) and the name
 * in UTF-8, then the 64-bit finalizer of MurmurHash3; the shard is the highest byte. It has no secret key: a client
 * that chooses names can choose shards, so attacking a shard must not be cheaper than attacking a client.
 *
 * @since 0.1.0
 */
@Stable
public final class Shard {

    /** The number of shards. */
    public static final int COUNT = 256;

    private static final long FNV_OFFSET_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private Shard() {}

    /** The shard of a name within a tenant: a client id, a topic. */
    public static int of(String tenant, String name) {
        return of(tenant.getBytes(StandardCharsets.UTF_8), name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the shard as {@link #of(String, String)} does, for callers with the UTF-8 bytes. Reads the arrays and
     * does not keep them.
     */
    public static int of(byte[] tenantUtf8, byte[] nameUtf8) {
        long hash = fnv1a(FNV_OFFSET_BASIS, tenantUtf8);
        hash = (hash ^ 0xFF) * FNV_PRIME;
        hash = fnv1a(hash, nameUtf8);
        return (int) (mix(hash) >>> 56);
    }

    /**
     * {@code shard} itself.
     *
     * @throws IllegalArgumentException when it is not 0..255
     */
    public static int check(int shard) {
        if (shard < 0 || shard >= COUNT) {
            throw new IllegalArgumentException("shard must be 0..255: shard=" + shard);
        }
        return shard;
    }

    private static long fnv1a(long hash, byte[] bytes) {
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }

    /** The finalizer of MurmurHash3: every bit of the result depends on every bit of {@code value}. */
    static long mix(long value) {
        long h = value;
        h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }
}
