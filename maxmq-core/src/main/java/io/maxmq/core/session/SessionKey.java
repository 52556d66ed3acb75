package io.maxmq.core.session;

import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ShardedKey;
import org.jspecify.annotations.Nullable;

/** Identity of a session: tenant and client id. Client ids are unique within a tenant. */
public record SessionKey(Tenant tenant, String clientId) {
    /** Returns the session of a record whose key was made by an {@link OwnerKey}. */
    public static SessionKey ofRecord(Bytes key) {
        return new SessionKey(new Tenant(ShardedKey.parse(key).tenant()), OwnerKey.nameIn(key));
    }

    /** Returns the prefix of the keys of the session's records; allocates at each call. */
    OwnerKey ownerKey() {
        return OwnerKey.of(tenant.name(), clientId);
    }

    /** Returns the loop, 0..{@code loops} - 1, that owns this session for its whole life. */
    public int loopIndex(int loops) {
        int hash = hashCode();
        // The low bits of String.hashCode depend mostly on the last characters, and client ids often differ only there.
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
