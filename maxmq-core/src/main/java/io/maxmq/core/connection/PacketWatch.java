package io.maxmq.core.connection;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketTap;
import io.maxmq.codec.wire.SinglePacket;
import io.maxmq.core.intercept.PacketInterceptors;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.RawPacket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows one connection's packets, as they are on the wire, to the interceptors that want them. There is none when nobody does.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class PacketWatch implements PacketTap {
    private final Connection connection;
    private final DecodeLimits limits;
    private final PacketInterceptors interceptors;
    private final PacketDecoder decoder;

    PacketWatch(Connection connection, DecodeLimits limits, PacketInterceptors interceptors, PacketDecoder decoder) {
        this.connection = connection;
        this.limits = limits;
        this.interceptors = interceptors;
        this.decoder = decoder;
    }

    boolean showsWritten() {
        return interceptors.wantsAnyWritten();
    }

    boolean showsWritten(PacketType type) {
        return interceptors.wantsWritten(type.code());
    }

    @Override
    public boolean onPacket(ByteBuffer bytes, int start, int end) {
        int code = (bytes.get(start) & 0xFF) >> 4;
        if (!interceptors.wantsRead(code)) {
            return true;
        }
        // A copy: who keeps a view of a read buffer would read what comes into it next, or worse.
        byte[] copy = new byte[end - start];
        bytes.get(start, copy);
        Decision<RawPacket> decision = interceptors.onRead(new Shown(copy, true));
        if (decision instanceof Decision.Refuse<RawPacket> refusal) {
            connection.endForPacket(refusal.reasonCode(), refusal.reason());
            return false;
        }
        return decision instanceof Decision.Proceed;
    }

    /** A whole packet has been written. */
    void written(byte[] packet) {
        interceptors.onWritten(new Shown(packet, false));
    }

    private final class Shown implements RawPacket {
        private final byte[] packet;
        private final boolean fromClient;
        private final @Nullable ProtocolVersion version;
        private final @Nullable ClientInfo client;

        Shown(byte[] packet, boolean fromClient) {
            this.packet = packet;
            this.fromClient = fromClient;
            this.version = decoder.version();
            this.client = connection.client();
        }

        @Override
        public PacketType type() {
            return Objects.requireNonNull(PacketType.of((packet[0] & 0xFF) >> 4));
        }

        @Override
        public int length() {
            return packet.length;
        }

        @Override
        public ByteBuffer bytes() {
            return ByteBuffer.wrap(packet).asReadOnlyBuffer();
        }

        @Override
        public Optional<Packet> decoded() {
            // A server that could not read the version answers in the form of 3.1.1.
            ProtocolVersion as = version == null && !fromClient ? ProtocolVersion.MQTT_3_1_1 : version;
            return Optional.ofNullable(SinglePacket.read(ByteBuffer.wrap(packet), as, fromClient, limits));
        }

        @Override
        public Optional<ClientInfo> client() {
            return Optional.ofNullable(client);
        }

        @Override
        public SocketAddress remoteAddress() {
            return connection.out().remoteAddress();
        }

        @Override
        public String listener() {
            return connection.out().listener();
        }

        /** For logs: never the bytes. */
        @Override
        public String toString() {
            return type() + " of " + packet.length + " bytes " + (fromClient ? "from " : "to ") + remoteAddress();
        }
    }
}
