package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import org.jspecify.annotations.Nullable;

/**
 * The keys from {@code from} (inclusive) to {@code to} (exclusive). Immutable.
 *
 * @param from the lowest key; {@link Bytes#EMPTY} is below all
 * @param to the first key above, or null for no end; a range whose end is not above its beginning is empty
 * @since 0.1.0
 */
@Stable
public record KeyRange(Bytes from, @Nullable Bytes to) {

    /** All keys. */
    public static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

    /** The keys that begin with {@code prefix}, itself included. */
    public static KeyRange prefix(Bytes prefix) {
        return new KeyRange(prefix, prefix.prefixEnd());
    }

    /**
     * The keys of one shard.
     *
     * @throws IllegalArgumentException when the shard is not 0..255
     */
    public static KeyRange shard(int shard) {
        return prefix(Bytes.wrap(new byte[] {(byte) Shard.check(shard)}));
    }

    public boolean contains(Bytes key) {
        return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
    }

    /** Returns whether every key of {@code inner} lies in this range. */
    public boolean contains(KeyRange inner) {
        return inner.isEmpty()
                || (inner.from.compareTo(from) >= 0
                        && (to == null || (inner.to != null && inner.to.compareTo(to) <= 0)));
    }

    /** Returns whether no key can lie in this range. */
    public boolean isEmpty() {
        return to != null && to.compareTo(from) <= 0;
    }
}
