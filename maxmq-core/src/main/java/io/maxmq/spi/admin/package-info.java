/**
 * Inspection and administration of a running broker: connected clients, sessions, subscriptions, retained messages,
 * bans, and explanations of how a message would be delivered. Start at {@link io.maxmq.spi.admin.Sessions}. The broker
 * implements the interfaces; the application gets them from {@code MaxMQ}, extensions from {@link
 * io.maxmq.spi.extension.BrokerContext}.
 */
package io.maxmq.spi.admin;
