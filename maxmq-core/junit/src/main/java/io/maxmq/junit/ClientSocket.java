package io.maxmq.junit;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.codec.wire.PacketHandler;
import io.maxmq.codec.wire.PublishView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.function.Consumer;

/** MQTT packets on a socket, from the client's end. Reads only when asked. Not thread-safe. */
final class ClientSocket {
    private static final int MAX_PACKET_BYTES = 256 << 20;

    private final ProtocolVersion version;
    private final Socket socket;
    private final PacketDecoder decoder;
    private final Receiver receiver;
    private final byte[] chunk = new byte[16 * 1024];

    /** The result of a read. */
    enum Read {
        /** Bytes came, and perhaps packets. */
        SOME,
        NOTHING_IN_TIME,
        /** The broker has closed the connection. */
        END
    }

    /** Each packet that is read goes to {@code onPacket}. */
    ClientSocket(ProtocolVersion version, Socket socket, Consumer<Packet> onPacket) {
        this.version = version;
        this.socket = socket;
        this.decoder = PacketDecoder.forClient(
                version, DecodeLimits.DEFAULT.withPacketBytes(MAX_PACKET_BYTES, MAX_PACKET_BYTES));
        this.receiver = new Receiver(onPacket);
    }

    void send(Packet packet) throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packet, version, bytes);
        byte[] array = new byte[bytes.readableBytes()];
        bytes.readBytes(array);
        socket.getOutputStream().write(array);
    }

    /** Reads once, at most until the deadline. */
    Read read(Deadline deadline) {
        long leftMillis = deadline.leftMillis();
        if (leftMillis == 0) {
            return Read.NOTHING_IN_TIME;
        }
        int length;
        try {
            socket.setSoTimeout((int) Math.min(leftMillis, Integer.MAX_VALUE));
            length = socket.getInputStream().read(chunk);
        } catch (SocketTimeoutException e) {
            return Read.NOTHING_IN_TIME;
        } catch (IOException e) {
            return Read.END; // reset
        }
        if (length < 0) {
            return Read.END;
        }
        try {
            decoder.decode(Unpooled.wrappedBuffer(chunk, 0, length), receiver);
        } catch (MalformedPacketException e) {
            throw new AssertionError("the broker sent no MQTT: " + e.getMessage(), e);
        }
        return Read.SOME;
    }

    /** Closes the socket; what is on its way out still goes. Idempotent. */
    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone in any case.
        }
        decoder.release();
    }

    /** Closes the socket as a crash of the client's machine would look: a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
        }
        close();
    }

    private record Receiver(Consumer<Packet> onPacket) implements PacketHandler {
        @Override
        public boolean onPublish(PublishView publish) throws MalformedPacketException {
            onPacket.accept(publish.toPublish());
            return true;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            onPacket.accept(
                    switch (type) {
                        case PUBACK -> new PubAck(packetId, reason, Properties.NONE);
                        case PUBREC -> new PubRec(packetId, reason, Properties.NONE);
                        case PUBREL -> new PubRel(packetId, reason, Properties.NONE);
                        default -> new PubComp(packetId, reason, Properties.NONE);
                    });
            return true;
        }

        @Override
        public boolean onPacket(Packet packet) {
            onPacket.accept(packet);
            return true;
        }
    }
}
