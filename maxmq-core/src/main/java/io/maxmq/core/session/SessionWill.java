package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;

/**
 * The Will of a connection (MQTT 5.0 §3.1.2.5): published when the connection ends in another way than by a normal
 * DISCONNECT, after a delay, unless the client is back before.
 *
 * @param client who set it: the will is authorised again when it is due
 * @param message with the QoS and RETAIN that it is published with; its expiry counts from the publication
 * @param delaySeconds 0..4294967295 (§3.1.3.2.2)
 * @param expirySeconds message expiry interval; -1 for none
 * @param laterSeconds after which it is routed when it has been published, as {@code $delayed/} asks; 0 for at once
 */
public record SessionWill(ClientInfo client, StoredMessage message, long delaySeconds, long expirySeconds, int laterSeconds) {}
