package io.maxmq.spi.admin;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;

/**
 * A connected client, as it was when it was looked at. Immutable.
 *
 * @param client who it is, and where and when it connected
 * @param subscriptions how many its session has
 * @param queuedMessages how many wait for its window or its socket
 * @param inFlightMessages QoS 1 and 2, sent and not acknowledged
 * @since 0.1.0
 */
@Stable
public record ClientView(ClientInfo client, int subscriptions, int queuedMessages, int inFlightMessages) {}
