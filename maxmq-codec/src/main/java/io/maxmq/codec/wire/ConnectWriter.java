package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Writes CONNECT, in the version that it names. MQTT 5.0 §3.1. Stateless. */
final class ConnectWriter {
    private ConnectWriter() {}

    static int length(Connect connect) {
        boolean v5 = connect.version().isV5();
        int length = FieldWriter.stringLength("protocol name", connect.version().protocolName())
                + 4
                + FieldWriter.stringLength("client identifier", connect.clientId());
        if (v5) {
            length += PropertiesWriter.lengthWithPrefix(connect.properties(), PacketType.CONNECT);
        }
        ConnectWill will = connect.will();
        if (will != null) {
            length += (v5 ? PropertiesWriter.lengthWithPrefix(will.properties(), null) : 0)
                    + FieldWriter.stringLength("will topic", will.topic())
                    + FieldWriter.binaryLength("will payload", will.payload());
        }
        String userName = connect.userName();
        if (userName != null) {
            length += FieldWriter.stringLength("user name", userName);
        }
        ByteBuffer password = connect.password();
        if (password != null) {
            length += FieldWriter.binaryLength("password", password);
        }
        return length;
    }

    static void write(Connect connect, ByteBuf out) {
        boolean v5 = connect.version().isV5();
        ConnectWill will = connect.will();
        String userName = connect.userName();
        ByteBuffer password = connect.password();
        FieldWriter.writeString(out, connect.version().protocolName());
        out.writeByte(connect.version().level() | (connect.bridge() ? ConnectReader.BRIDGE : 0));
        out.writeByte((userName == null ? 0 : ConnectReader.USER_NAME)
                | (password == null ? 0 : ConnectReader.PASSWORD)
                | (will == null ? 0 : willFlags(will))
                | (connect.cleanStart() ? ConnectReader.CLEAN_START : 0));
        out.writeShort(connect.keepAliveSeconds());
        if (v5) {
            PropertiesWriter.writeWithPrefix(connect.properties(), PacketType.CONNECT, out);
        }
        FieldWriter.writeString(out, connect.clientId());
        if (will != null) {
            if (v5) {
                PropertiesWriter.writeWithPrefix(will.properties(), null, out);
            }
            FieldWriter.writeString(out, will.topic());
            FieldWriter.writeBinary(out, will.payload());
        }
        if (userName != null) {
            FieldWriter.writeString(out, userName);
        }
        if (password != null) {
            FieldWriter.writeBinary(out, password);
        }
    }

    private static int willFlags(ConnectWill will) {
        return ConnectReader.WILL
                | will.qos().code() << ConnectReader.WILL_QOS_SHIFT
                | (will.retain() ? ConnectReader.WILL_RETAIN : 0);
    }
}
