/**
 * Sockets, pipes in memory and the event loops behind them: bytes in, bytes out. Knows nothing of MQTT; a connection gets
 * its bytes through {@link io.maxmq.core.connection.ByteSource}.
 */
package io.maxmq.core.transport;
