package io.maxmq.core.session;

import io.maxmq.config.SessionLimits;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.spi.ClientInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a session has beside its identity, its subscriptions and what waits for its client: only while the client is there, or
 * something of it is under way. Most sessions whose clients are away have none.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class ActiveState {
    final SessionKey key;

    // valid for the session
    @Nullable
    Inbound inbound;

    @Nullable
    PendingWill will;

    /** What the will, or one before it, is charged with. */
    long willBytes;

    /** Null until something is written that an answer waits for. */
    @Nullable
    AwaitedWrites writes;

    /** Reads what a broker before this one has left; null while nobody needs that. */
    @Nullable
    RestoredSession restored;

    /** Of this client; null when they are as everybody's. A session that has some keeps them while its client is away. */
    @Nullable
    SessionLimits limits;

    private @Nullable OwnerKey ownerKey;

    // valid for the connection
    @Nullable
    ClientInfo client;

    @Nullable
    ClientAccess access;

    int window;

    /** Unacknowledged QoS 1 and 2 packets that the client may have sent. */
    int receiveMaximum;

    ActiveState(SessionKey key) {
        this.key = key;
    }

    /** What the keys of the session's records begin with. */
    OwnerKey ownerKey() {
        OwnerKey present = ownerKey;
        if (present == null) {
            present = key.ownerKey();
            ownerKey = present;
        }
        return present;
    }

    AwaitedWrites writes() {
        AwaitedWrites present = writes;
        if (present == null) {
            present = new AwaitedWrites();
            writes = present;
        }
        return present;
    }

    /** Lets go of what is empty; false when something is left that the session needs. */
    boolean rest() {
        if (inbound != null && inbound.isAtRest()) {
            inbound = null;
        }
        if (writes != null && writes.areDone()) {
            writes = null;
        }
        return inbound == null && writes == null && will == null && restored == null && limits == null;
    }
}
