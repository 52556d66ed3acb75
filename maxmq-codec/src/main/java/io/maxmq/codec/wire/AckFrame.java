package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.netty.buffer.ByteBuf;

/**
 * PUBACK, PUBREC, PUBREL and PUBCOMP without properties, written without a record. MQTT 5.0 §3.4..3.7. Stateless, no
 * allocation.
 *
 * <pre>
 *   type and flags | 2 | packet id, 2 bytes             every version; means success in 5.0
 *   type and flags | 3 | packet id, 2 bytes | reason    5.0 only
 * </pre>
 */
public final class AckFrame {
    private AckFrame() {}

    /** Writes the four bytes of a successful acknowledgement; {@code packetId} is 1..65535. */
    public static void write(ByteBuf out, PacketType type, int packetId) { // hot: per message
        out.writeInt(firstByte(type) << 24 | 2 << 16 | packetId);
    }

    /** Writes an acknowledgement for a 5.0 peer: five bytes with a reason, four for {@code SUCCESS}. */
    public static void write(ByteBuf out, PacketType type, int packetId, ReasonCode reason) {
        if (reason == ReasonCode.SUCCESS) {
            write(out, type, packetId);
            return;
        }
        if (!reason.allowedIn(type)) {
            throw new IllegalArgumentException("invalid reason code for " + type + ": reason=" + reason);
        }
        out.writeInt(firstByte(type) << 24 | 3 << 16 | packetId);
        out.writeByte(reason.code());
    }

    private static int firstByte(PacketType type) {
        return switch (type) {
            case PUBACK -> 0x40;
            case PUBREC -> 0x50;
            case PUBREL -> 0x62;
            case PUBCOMP -> 0x70;
            default -> throw new IllegalArgumentException("no acknowledgement of a PUBLISH: type=" + type);
        };
    }
}
