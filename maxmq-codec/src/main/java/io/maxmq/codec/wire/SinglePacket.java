package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads one packet on its own, independent of the state of a connection. Stateless. */
public final class SinglePacket {
    private SinglePacket() {}

    /**
     * The packet that {@code bytes} holds from position to limit; nothing of it is kept. An acknowledgement comes without its
     * properties.
     *
     * @param version the connection's; null before CONNECT was read, and for CONNECT itself
     * @param fromClient which side has sent it
     * @return null when it is not exactly one whole packet, malformed, beyond the limits, or not for this side to send
     */
    public static @Nullable Packet read(
            ByteBuffer bytes, @Nullable ProtocolVersion version, boolean fromClient, DecodeLimits limits) {
        PacketDecoder decoder = PacketDecoder.forOne(fromClient, version, limits);
        Receiver receiver = new Receiver();
        try {
            decoder.decode(Unpooled.wrappedBuffer(bytes.duplicate()), receiver);
            return decoder.heldBytes() == 0 ? receiver.packet : null;
        } catch (MalformedPacketException e) {
            return null;
        } finally {
            decoder.release();
        }
    }

    private static final class Receiver implements PacketHandler {
        private @Nullable Packet packet;

        @Override
        public boolean onPublish(PublishView publish) throws MalformedPacketException {
            packet = publish.toPublish();
            return false;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            packet = switch (type) {
                case PUBACK -> new PubAck(packetId, reason, Properties.NONE);
                case PUBREC -> new PubRec(packetId, reason, Properties.NONE);
                case PUBREL -> new PubRel(packetId, reason, Properties.NONE);
                default -> new PubComp(packetId, reason, Properties.NONE);
            };
            return false;
        }

        @Override
        public boolean onPacket(Packet other) {
            packet = other;
            return false;
        }
    }
}
