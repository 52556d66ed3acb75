/**
 * Bytes to packets and back. One {@link io.maxmq.codec.wire.PacketDecoder} per connection, used by one thread at a time;
 * the encoders are pure functions. No I/O. Beside {@code io.maxmq.codec} and {@code .packet} it imports netty-buffer
 * alone. Package-private readers and writers, one per packet or family, follow the byte order of MQTT 5.0 §3. Start at
 * {@code PacketDecoder} and {@link io.maxmq.codec.wire.PacketHandler}.
 */
package io.maxmq.codec.wire;
