package io.maxmq.codec.packet;

import java.nio.ByteBuffer;
import java.util.List;

/** Checks that the constructors of several packets share. */
final class PacketChecks {
    private PacketChecks() {}

    static int packetId(int packetId) {
        if (packetId < 1 || packetId > 65_535) {
            throw new IllegalArgumentException("packetId must be 1..65535: packetId=" + packetId);
        }
        return packetId;
    }

    static <T> List<T> notEmpty(String name, List<T> list) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException(name + " must not be empty");
        }
        return List.copyOf(list);
    }

    /** A read-only view with its own position; the bytes never change after construction. */
    static ByteBuffer view(ByteBuffer bytes) {
        return bytes.asReadOnlyBuffer();
    }
}
