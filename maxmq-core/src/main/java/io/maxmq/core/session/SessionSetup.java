package io.maxmq.core.session;

import io.maxmq.config.SessionLimits;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.ClientLimits;
import org.jspecify.annotations.Nullable;

/**
 * What a CONNECT that was let in asks of its session.
 *
 * @param client who connects; its client id is never empty
 * @param access what the client may do
 * @param expirySeconds how long the session outlives the connection; {@link Session#NEVER} for ever
 * @param window packets of QoS 1 and 2 that the client takes without acknowledging, 1..65535
 * @param limits of this client in the place of the settings
 * @param bridge the client is a bridge (bit 0x80 of the protocol level) and wants RETAIN as published
 */
public record SessionSetup(
        ClientInfo client,
        ClientAccess access,
        long expirySeconds,
        int window,
        @Nullable SessionWill will,
        ClientLimits limits,
        boolean bridge) {

    /** What the session may hold for its client; null when that is what all may. */
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
