package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;

/**
 * Takes what a {@link PacketDecoder} reads, in the order of the wire, on the thread that called {@code decode}, before it
 * returns. Each method says whether to go on: {@code false} stops behind this packet, and the rest stays where it is. An
 * exception ends the decoder. A handler may call {@link PacketDecoder#release()} and {@link
 * PacketDecoder#maxPacketBytes(int)}, but not {@code decode}.
 */
public interface PacketHandler {
    /** A PUBLISH; {@code publish} is valid until this returns, copy what must last. */
    boolean onPublish(PublishView publish) throws MalformedPacketException;

    /**
     * A PUBACK, PUBREC, PUBREL or PUBCOMP; its properties were validated and dropped.
     *
     * @param packetId 1..65535
     * @param reason one that the type may carry; {@code SUCCESS} before 5.0
     */
    boolean onAck(PacketType type, int packetId, ReasonCode reason) throws MalformedPacketException;

    /** Any other packet that this side may receive. */
    boolean onPacket(Packet packet) throws MalformedPacketException;
}
