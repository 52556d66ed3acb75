package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;

/**
 * The Will of a connection (MQTT 5.0 §3.1.2.5). The broker publishes it after a delay when the connection ends without
 * a normal DISCONNECT, unless the client reconnects first.
 *
 * @param client the client that set the will; the broker authorizes the will again when it is due
 * @param message the message with the QoS and RETAIN of the publication; its expiry counts from the publication
 * @param delaySeconds 0..4294967295 (§3.1.3.2.2)
 * @param expirySeconds message expiry interval; -1 for none
 * @param laterSeconds delay between publication and routing, from a {@code $delayed/} topic; 0 for none
 */
public record SessionWill(
        ClientInfo client, StoredMessage message, long delaySeconds, long expirySeconds, int laterSeconds) {}
