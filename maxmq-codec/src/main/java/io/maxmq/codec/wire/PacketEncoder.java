package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.PublishAck;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.netty.buffer.ByteBuf;

/**
 * Writes packet records (MQTT 5.0 §3). What the version has no place for is left out: properties, most reasons and
 * subscription options before 5.0; CONNACK then has one of six return codes (3 for what 3.1.1 can't say), SUBACK 0x80 for
 * every error, UNSUBACK and DISCONNECT nothing. CONNECT is written in its own version.
 *
 * <p>A record that can't be written (a string with U+0000, a property or reason that has no place in the packet, AUTH
 * before 5.0, more than 268,435,455 bytes) is a bug of the caller: {@link IllegalArgumentException}, and nothing is
 * written. Stateless, thread-safe.
 */
public final class PacketEncoder {
    private PacketEncoder() {}

    /** Appends {@code packet} to {@code out}, which grows as needed. */
    public static void encode(Packet packet, ProtocolVersion version, ByteBuf out) {
        int remainingLength = remainingLength(packet, version);
        out.ensureWritable(1 + VariableByteInteger.length(remainingLength) + remainingLength);
        out.writeByte(firstByte(packet));
        VariableByteInteger.write(out, remainingLength);
        writeBody(packet, version, out);
    }

    /** Returns the number of bytes that {@link #encode(Packet, ProtocolVersion, ByteBuf)} appends, fixed header included. */
    public static int encodedLength(Packet packet, ProtocolVersion version) {
        int remainingLength = remainingLength(packet, version);
        return 1 + VariableByteInteger.length(remainingLength) + remainingLength;
    }

    /**
     * As {@link #encode(Packet, ProtocolVersion, ByteBuf)}, for a receiver that takes at most {@code maxPacketBytes}: an
     * answer that would exceed them goes without its reason string, and if that does not do without its user properties
     * too [MQTT-3.2.2-19], [MQTT-3.2.2-20] and their like.
     *
     * @return false when it still does not fit; nothing is written then
     */
    public static boolean encode(Packet packet, ProtocolVersion version, ByteBuf out, int maxPacketBytes) {
        Packet fitting = packet;
        if (encodedLength(fitting, version) > maxPacketBytes) {
            fitting = AnswerTrimmer.without(fitting, PropertyId.REASON_STRING);
        }
        if (encodedLength(fitting, version) > maxPacketBytes) {
            fitting = AnswerTrimmer.without(fitting, PropertyId.USER_PROPERTY);
        }
        if (encodedLength(fitting, version) > maxPacketBytes) {
            return false;
        }
        encode(fitting, version, out);
        return true;
    }

    private static int firstByte(Packet packet) {
        int flags = packet instanceof Publish publish
                ? PublishFrame.flags(publish.dup(), publish.qos().code(), publish.retain())
                : packet.type().reservedFlags();
        return packet.type().code() << 4 | flags;
    }

    private static int remainingLength(Packet packet, ProtocolVersion version) {
        boolean v5 = version.isV5();
        return switch (packet.type()) {
            case CONNECT -> ConnectWriter.length((Connect) packet);
            case CONNACK -> ConnAckWriter.length((ConnAck) packet, version);
            case PUBLISH -> PublishWriter.length((Publish) packet, v5);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                PublishAck ack = (PublishAck) packet;
                yield 2 + (v5 ? ReasonWriter.length(ack.reason(), ack.properties(), ack.type()) : 0);
            }
            case SUBSCRIBE -> SubscribeWriter.length((Subscribe) packet, v5);
            case SUBACK -> SubAckWriter.length((SubAck) packet, v5);
            case UNSUBSCRIBE -> SubscribeWriter.length((Unsubscribe) packet, v5);
            case UNSUBACK -> SubAckWriter.length((UnsubAck) packet, v5);
            case PINGREQ, PINGRESP -> 0;
            case DISCONNECT -> {
                Disconnect disconnect = (Disconnect) packet;
                yield v5 ? ReasonWriter.length(disconnect.reason(), disconnect.properties(), PacketType.DISCONNECT) : 0;
            }
            case AUTH -> {
                if (!v5) {
                    throw new IllegalArgumentException("AUTH needs MQTT 5.0: version=" + version);
                }
                Auth auth = (Auth) packet;
                yield ReasonWriter.length(auth.reason(), auth.properties(), PacketType.AUTH);
            }
        };
    }

    private static void writeBody(Packet packet, ProtocolVersion version, ByteBuf out) {
        boolean v5 = version.isV5();
        switch (packet.type()) {
            case CONNECT -> ConnectWriter.write((Connect) packet, out);
            case CONNACK -> ConnAckWriter.write((ConnAck) packet, version, out);
            case PUBLISH -> PublishWriter.write((Publish) packet, v5, out);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                PublishAck ack = (PublishAck) packet;
                out.writeShort(ack.packetId());
                if (v5) {
                    ReasonWriter.write(ack.reason(), ack.properties(), ack.type(), out);
                }
            }
            case SUBSCRIBE -> SubscribeWriter.write((Subscribe) packet, v5, out);
            case SUBACK -> SubAckWriter.write((SubAck) packet, v5, out);
            case UNSUBSCRIBE -> SubscribeWriter.write((Unsubscribe) packet, v5, out);
            case UNSUBACK -> SubAckWriter.write((UnsubAck) packet, v5, out);
            case PINGREQ, PINGRESP -> {}
            case DISCONNECT -> {
                if (v5) {
                    Disconnect disconnect = (Disconnect) packet;
                    ReasonWriter.write(disconnect.reason(), disconnect.properties(), PacketType.DISCONNECT, out);
                }
            }
            case AUTH -> {
                Auth auth = (Auth) packet;
                ReasonWriter.write(auth.reason(), auth.properties(), PacketType.AUTH, out);
            }
        }
    }
}
