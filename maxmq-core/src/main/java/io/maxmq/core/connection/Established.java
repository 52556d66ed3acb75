package io.maxmq.core.connection;

import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.session.Session;
import io.maxmq.spi.auth.ClientLimits;

/**
 * What the handshake has settled.
 *
 * @param present whether the session was there before
 * @param keepAliveSeconds in force; 0 for none
 * @param untilEpochMillis when the connection has to end; {@code Long.MAX_VALUE} for never
 * @param topicAliasMaximum aliases that the broker may set; 0 for none
 * @param limits of this client in the place of the settings
 */
record Established(
        Session session,
        boolean present,
        ClientAccess access,
        int keepAliveSeconds,
        long untilEpochMillis,
        int topicAliasMaximum,
        ClientLimits limits) {}
