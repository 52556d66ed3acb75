package io.maxmq.core.connection;

import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.Session;
import io.maxmq.spi.auth.ClientLimits;

/**
 * Result of a handshake.
 *
 * @param attached session of the client
 * @param client with its limits and the end of its credentials
 * @param topicAliasMaximum aliases that the broker may set; 0 for none
 */
record HandshakeResult(
        LoopSessions.Connected.Attached attached,
        ClientAccess access,
        AuthenticatedClient client,
        int topicAliasMaximum) {
    Session session() {
        return attached.session();
    }

    ClientLimits limits() {
        return client.limits();
    }
}
