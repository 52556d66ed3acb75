package io.maxmq.junit;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketHandler;
import io.maxmq.codec.wire.PublishView;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Reads single packets that the proxy needs to understand. */
final class Frames {
    private static final DecodeLimits LIMITS =
            DecodeLimits.DEFAULT.withPacketBytes(Pump.MAX_WHOLE_FRAME_BYTES, Pump.MAX_WHOLE_FRAME_BYTES);

    private Frames() {}

    static Connect readConnect(byte[] frame) throws MalformedPacketException {
        return (Connect) read(PacketDecoder.forServer(LIMITS), frame);
    }

    static ConnAck readConnAck(byte[] frame, ProtocolVersion version) throws MalformedPacketException {
        return (ConnAck) read(PacketDecoder.forClient(version, LIMITS), frame);
    }

    private static Packet read(PacketDecoder decoder, byte[] frame) throws MalformedPacketException {
        First first = new First();
        decoder.decode(Unpooled.wrappedBuffer(frame), first);
        decoder.release();
        Packet packet = first.packet;
        if (packet == null) {
            throw new MalformedPacketException(ReasonCode.MALFORMED_PACKET, "not a whole packet");
        }
        return packet;
    }

    private static final class First implements PacketHandler {
        private @Nullable Packet packet;

        @Override
        public boolean onPublish(PublishView publish) {
            return false;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            return false;
        }

        @Override
        public boolean onPacket(Packet each) {
            packet = each;
            return false;
        }
    }
}
