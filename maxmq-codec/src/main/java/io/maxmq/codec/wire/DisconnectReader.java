package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;

import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;

/** Reads DISCONNECT and AUTH. MQTT 5.0 §3.14, §3.15. Stateless. */
final class DisconnectReader {
    private DisconnectReader() {}

    /** Before 5.0 there is no body. In 5.0 a success reason and empty properties may be omitted. */
    static Disconnect readDisconnect(PacketInput in, boolean v5, PropertiesReader properties, boolean fromClient)
            throws MalformedPacketException {
        if (!v5 || in.remaining() == 0) {
            return Disconnect.of(ReasonCode.SUCCESS);
        }
        ReasonCode reason = in.readReason(PacketType.DISCONNECT, fromClient);
        return new Disconnect(
                reason, in.remaining() == 0 ? Properties.NONE : properties.read(in, PacketType.DISCONNECT));
    }

    /** §3.15.2.1: without a body it means success, which only a server says; else the method must be there. */
    static Auth readAuth(PacketInput in, PropertiesReader properties, boolean fromClient)
            throws MalformedPacketException {
        if (in.remaining() == 0) {
            if (fromClient) {
                throw new MalformedPacketException(PROTOCOL_ERROR, "AUTH of a client must have a reason code");
            }
            return new Auth(ReasonCode.SUCCESS, Properties.NONE);
        }
        ReasonCode reason = in.readReason(PacketType.AUTH, fromClient);
        Properties own = properties.read(in, PacketType.AUTH);
        if (!own.has(PropertyId.AUTHENTICATION_METHOD)) { // §3.15.2.2.2
            throw new MalformedPacketException(PROTOCOL_ERROR, "AUTH has no AUTHENTICATION_METHOD");
        }
        return new Auth(reason, own);
    }
}
