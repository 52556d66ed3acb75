package io.maxmq.codec.wire;

import java.nio.ByteBuffer;

/**
 * Sees each complete packet that a {@link PacketDecoder} has found, before its body is read; on the thread that called {@code decode}.
 */
@FunctionalInterface
public interface PacketTap {
    /**
     * Observes one packet before its body is decoded; the fixed header was checked. An exception ends the decoder.
     *
     * @param bytes holds the packet from {@code start} (inclusive) to {@code end} (exclusive), absolute indexes; valid
     *     during the call, must not be modified
     * @return false to skip the packet: no handler sees it
     */
    boolean onPacket(ByteBuffer bytes, int start, int end);
}
