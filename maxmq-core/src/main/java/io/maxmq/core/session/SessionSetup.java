package io.maxmq.core.session;

import io.maxmq.config.SessionLimits;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.ClientLimits;
import org.jspecify.annotations.Nullable;

/**
 * Session parameters of an accepted CONNECT.
 *
 * @param client the connecting client; its client id is never empty
 * @param access the client's permissions
 * @param expirySeconds time that the session outlives the connection; {@link Session#NEVER} for ever
 * @param window unacknowledged QoS 1 and 2 packets that the client accepts, 1..65535
 * @param limits limits of this client, which override the settings
 * @param bridge whether the client is a bridge (bit 0x80 of the protocol level), which gets RETAIN as published
 */
public record SessionSetup(
        ClientInfo client,
        ClientAccess access,
        long expirySeconds,
        int window,
        @Nullable SessionWill will,
        ClientLimits limits,
        boolean bridge) {

    /** Returns the session limits of this client; null if the common limits apply. */
    @Nullable
    SessionLimits limitsIn(SessionLimits all) {
        if (limits == ClientLimits.none()) {
            return null;
        }
        SessionLimits.Builder own = all.toBuilder();
        limits.maxInFlight().ifPresent(own::maxInFlight);
        limits.maxQueuedMessages().ifPresent(messages -> {
            own.maxQueuedMessages(messages);
            own.maxStoredMessages(messages);
        });
        limits.maxQueuedBytes().ifPresent(bytes -> {
            own.maxQueuedBytes(bytes);
            own.maxStoredBytes(bytes);
        });
        return own.build();
    }
}
