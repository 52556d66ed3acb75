package io.maxmq.core.session;

import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ShardedKey;
import org.jspecify.annotations.Nullable;

/** Who a session belongs to: client ids are unique within a tenant. */
public record SessionKey(Tenant tenant, String clientId) {
    /** Whose record has this key, which an {@link OwnerKey} has made. */
    public static SessionKey ofRecord(Bytes key) {
        return new SessionKey(new Tenant(ShardedKey.parse(key).tenant()), OwnerKey.nameIn(key));
    }

    /** What the keys of its records begin with; made anew at each call. */
    OwnerKey ownerKey() {
        return OwnerKey.of(tenant.name(), clientId);
    }

    /** The loop, of {@code loops}, on which this session lives for ever. */
    public int loopIndex(int loops) {
        int hash = hashCode();
        // The low bits of String.hashCode are the last characters alone; client ids often differ only there.
        hash ^= hash >>> 16;
        return Math.floorMod(hash, loops);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || (other instanceof SessionKey that && clientId.equals(that.clientId) && tenant.equals(that.tenant));
    }

    @Override
    public int hashCode() {
        return tenant.hashCode() * 31 + clientId.hashCode();
    }
}
