/**
 * The control packets as immutable records, and their properties (MQTT 5.0 §2, §3). Any thread; imports {@code
 * io.maxmq.codec} only. PUBLISH and its acknowledgements pass the broker without these records, see {@code
 * io.maxmq.codec.wire}. Start at {@link io.maxmq.codec.packet.Packet}.
 */
package io.maxmq.codec.packet;
