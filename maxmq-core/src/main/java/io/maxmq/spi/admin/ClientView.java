package io.maxmq.spi.admin;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;

/**
 * A connected client, as it was when the query read it. Immutable.
 *
 * @param client its identity, and where and when it connected
 * @param subscriptions the number of its session's subscriptions
 * @param queuedMessages the number of messages that wait for its window or its socket
 * @param inFlightMessages QoS 1 and 2, sent and not acknowledged
 * @since 0.1.0
 */
@Stable
public record ClientView(ClientInfo client, int subscriptions, int queuedMessages, int inFlightMessages) {}
