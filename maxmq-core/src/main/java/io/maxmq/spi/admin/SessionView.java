package io.maxmq.spi.admin;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.time.Duration;
import java.util.Optional;

/**
 * A session (MQTT 5.0 §4.1), as it was when it was looked at. Immutable.
 *
 * @param tenant whose
 * @param clientId of its client
 * @param username of the user who made it and alone may resume it; empty when no authenticator vouched for a name
 * @param client the connection; empty while there is none
 * @param expirySeconds how long it outlives a connection, 0..2^32-1, where 2^32-1 is for ever
 * @param subscriptions how many
 * @param queuedMessages QoS 1 and 2 messages that wait for the client, without those in flight
 * @param queuedBytes of these, topics and payloads and what they take beside, in memory or in storage
 * @param oldestQueuedAge since the broker accepted the message that has waited longest; empty when none waits, or
 *     what waits is in storage only
 * @param inFlightMessages QoS 1 and 2 messages sent, on whichever connection, and not acknowledged
 * @param inFlightBytes of these
 * @param hasWill whether a will is published when the connection breaks, or waits for its delay to pass
 * @param memoryBytes what the session holds of the memory budget: itself, will, subscriptions, and its messages in memory, each
 *     fully even where others hold the same
 * @since 0.1.0
 */
@Stable
public record SessionView(
        Tenant tenant,
        String clientId,
        Optional<String> username,
        Optional<ClientInfo> client,
        long expirySeconds,
        int subscriptions,
        int queuedMessages,
        long queuedBytes,
        Optional<Duration> oldestQueuedAge,
        int inFlightMessages,
        long inFlightBytes,
        boolean hasWill,
        long memoryBytes) {

    /** Whether its client is connected. */
    public boolean isConnected() {
        return client.isPresent();
    }
}
