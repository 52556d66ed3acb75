package io.maxmq.spi.admin;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.time.Duration;
import java.util.Optional;

/**
 * A session (MQTT 5.0 §4.1), as it was when the query read it. Immutable.
 *
 * @param tenant of the session
 * @param clientId of its client
 * @param username of the user that created it and alone may resume it; empty when no authenticator vouched for a name
 * @param client the connected client; empty while it is disconnected
 * @param expirySeconds the time in seconds that it outlives a connection, 0..2^32-1, where 2^32-1 means that it never
 *     expires
 * @param subscriptions the number of subscriptions
 * @param queuedMessages QoS 1 and 2 messages that wait for the client, without those in flight
 * @param queuedBytes of these, topics, payloads and overhead, in memory or in storage
 * @param oldestQueuedAge since the broker accepted the message that has waited longest; empty without waiting messages,
 *     or when they are in storage only
 * @param inFlightMessages QoS 1 and 2 messages sent, on whichever connection, and not acknowledged
 * @param inFlightBytes of these
 * @param hasWill whether a will is published when the connection breaks, or waits for its delay to pass
 * @param memoryBytes the session's share of the memory budget: itself, will, subscriptions, and its messages in memory;
 *     a message that several sessions hold counts fully in each
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

    /** Returns whether its client is connected. */
    public boolean isConnected() {
        return client.isPresent();
    }
}
