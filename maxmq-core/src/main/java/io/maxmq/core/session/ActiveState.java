package io.maxmq.core.session;

import io.maxmq.config.SessionLimits;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.spi.ClientInfo;
import org.jspecify.annotations.Nullable;

/**
 * Transient state of a session: everything except its identity, subscriptions and outbound queue. Exists only while the
 * client is connected or an operation of the session is pending, so most offline sessions have none.
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

    /** Bytes charged for the present will, or for a previous one. */
    long willBytes;

    /** Writes that a reply waits for; null until the first one. */
    @Nullable
    AwaitedWrites writes;

    /** Loader of the state recovered from a previous run; null until that state is needed. */
    @Nullable
    RestoredSession restored;

    /**
     * Limits of this client; null if the common limits apply. A session with limits of its own keeps them while its
     * client is offline.
     */
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

    /** Returns the prefix of the keys of the session's records. */
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

    /** Drops empty parts. Returns false if a part remains that the session needs. */
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
