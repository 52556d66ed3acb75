package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.netty.buffer.ByteBuf;

/**
 * Writes the end of the acknowledgements of PUBLISH, of DISCONNECT and of AUTH: a success reason without properties and
 * empty properties are omitted (MQTT 5.0 §3.4.2.1, §3.14.2.1). Stateless.
 */
final class ReasonWriter {
    private ReasonWriter() {}

    static int length(ReasonCode reason, Properties properties, PacketType type) {
        requireAllowed(reason, type);
        if (!properties.isEmpty() || (type == PacketType.AUTH && reason != ReasonCode.SUCCESS)) {
            return 1 + PropertiesWriter.lengthWithPrefix(properties, type);
        }
        return reason == ReasonCode.SUCCESS ? 0 : 1;
    }

    static void write(ReasonCode reason, Properties properties, PacketType type, ByteBuf out) {
        int length = length(reason, properties, type);
        if (length > 0) {
            out.writeByte(reason.code());
        }
        if (length > 1) {
            PropertiesWriter.writeWithPrefix(properties, type, out);
        }
    }

    /** A wrong reason is the caller's bug. */
    static void requireAllowed(ReasonCode reason, PacketType type) {
        if (!reason.allowedIn(type)) {
            throw new IllegalArgumentException("invalid reason code for " + type + ": reason=" + reason);
        }
    }
}
