/**
 * Session state (MQTT 5.0 §4.1): subscriptions, queue, in-flight packets, packet ids, expiry, will, takeover. A session
 * outlives its connections and lives on one event loop. Start at {@link io.maxmq.core.session.Session}; packets leave
 * through {@link io.maxmq.core.session.PacketSink}, which the connection implements. May import routing, never
 * connection.
 */
package io.maxmq.core.session;
