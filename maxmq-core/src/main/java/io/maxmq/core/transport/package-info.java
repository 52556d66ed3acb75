/**
 * Sockets, in-memory pipes and their event loops. This package handles bytes and does not know MQTT; a connection
 * receives its bytes through {@link io.maxmq.core.connection.ByteSource}.
 */
package io.maxmq.core.transport;
