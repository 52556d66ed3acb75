package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import java.util.ArrayList;
import java.util.List;

/** Keeps all packets as records, flyweights included. */
class RecordingHandler implements PacketHandler {
    final List<Packet> packets = new ArrayList<>();

    /** Called with each packet: whether to go on. */
    boolean goOn() {
        return true;
    }

    @Override
    public boolean onPublish(PublishView publish) throws MalformedPacketException {
        packets.add(publish.toPublish());
        return goOn();
    }

    @Override
    public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
        packets.add(
                switch (type) {
                    case PUBACK -> new PubAck(packetId, reason, Properties.NONE);
                    case PUBREC -> new PubRec(packetId, reason, Properties.NONE);
                    case PUBREL -> new PubRel(packetId, reason, Properties.NONE);
                    case PUBCOMP -> new PubComp(packetId, reason, Properties.NONE);
                    default -> throw new AssertionError(type);
                });
        return goOn();
    }

    @Override
    public boolean onPacket(Packet packet) {
        packets.add(packet);
        return goOn();
    }
}
