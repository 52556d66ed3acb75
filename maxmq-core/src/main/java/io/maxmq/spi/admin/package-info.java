/**
 * A running broker seen and handled from outside: who is connected, which sessions, subscriptions and retained messages there
 * are, who would get a message, and what an administrator may do with them. Start at {@link io.maxmq.spi.admin.Sessions}. The broker implements the
 * interfaces; the embedder has them from {@code MaxMQ}, extensions from {@link io.maxmq.spi.extension.BrokerContext}.
 */
package io.maxmq.spi.admin;
