/**
 * One Network Connection (MQTT 5.0 §4.2): CONNECT, keep alive, aliases, size limits, and PUBLISH from bytes to the session
 * and back to bytes. Start at {@link io.maxmq.core.connection.Connection}; bytes leave through
 * {@link io.maxmq.core.connection.ByteSink}, which the transport implements. May import session, never transport.
 */
package io.maxmq.core.connection;
