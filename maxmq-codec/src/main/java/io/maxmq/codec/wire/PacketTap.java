package io.maxmq.codec.wire;

import java.nio.ByteBuffer;

/**
 * Sees each complete packet that a {@link PacketDecoder} has found, before its body is read; on the thread that called {@code decode}.
 */
@FunctionalInterface
public interface PacketTap {
    /**
     * Looks at one packet, whose fixed header was checked and whose body was not. What it throws ends the decoder.
     *
     * @param bytes holds the packet from {@code start} to before {@code end}, absolute indexes; not to be kept or moved
     * @return false to skip the packet: no handler sees it
     */
    boolean onPacket(ByteBuffer bytes, int start, int end);
}
