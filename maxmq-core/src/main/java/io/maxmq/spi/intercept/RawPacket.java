package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.packet.Packet;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A packet on the wire, with its connection. Only the broker implements it. Immutable; valid after the call too.
 *
 * @since 0.1.0
 */
@Stable
public interface RawPacket {

    /** Type of the packet. */
    PacketType type();

    /** Length in bytes, fixed header included: 2 or more. */
    int length();

    /** All bytes, from the fixed header on: a read-only buffer with a position of its own. A CONNECT includes the password. */
    ByteBuffer bytes();

    /**
     * Decodes the packet, at the full cost of decoding. Acknowledgements come without their properties.
     *
     * @return empty when the packet is malformed or larger than the broker accepts
     */
    Optional<Packet> decoded();

    /** Client of the connection: empty until CONNECT is read, unauthenticated until CONNACK. */
    Optional<ClientInfo> client();

    /** Address of the other end of the connection. */
    SocketAddress remoteAddress();

    /** Name of the listener that accepted the connection. */
    String listener();
}
