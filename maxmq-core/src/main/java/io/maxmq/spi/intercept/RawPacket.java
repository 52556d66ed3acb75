package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.packet.Packet;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A packet on the wire, and whose connection it is. Only the broker implements it. Immutable, lasts.
 *
 * @since 0.1.0
 */
@Stable
public interface RawPacket {

    /** Its type. */
    PacketType type();

    /** Its length in bytes, fixed header included: 2 or more. */
    int length();

    /** All its bytes, from the fixed header on: read-only, of its own position. A CONNECT's hold the password. */
    ByteBuffer bytes();

    /**
     * The packet with its fields, decoded now. An acknowledgement comes without its properties. Costs what decoding costs.
     *
     * @return empty when it is malformed, or too large to be let through
     */
    Optional<Packet> decoded();

    /** The client as it is known: empty until CONNECT was read; nothing of it is proven before CONNACK. */
    Optional<ClientInfo> client();

    /** Where the other end of the connection is. */
    SocketAddress remoteAddress();

    /** The name of the listener that accepted the connection. */
    String listener();
}
