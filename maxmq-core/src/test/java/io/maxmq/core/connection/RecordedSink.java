package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketHandler;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Output of a connection, recorded. Not thread-safe. */
final class RecordedSink implements ByteSink {
    private static final DecodeLimits LIMITS = new DecodeLimits(1 << 20, 1 << 20, 100, 1 << 16, 1000, 23);

    private final ByteBuf written = Unpooled.buffer();
    private final List<Packet> packets = new ArrayList<>();
    private final PacketDecoder decoder;
    boolean paused;
    boolean closed;

    RecordedSink(ProtocolVersion version) {
        decoder = PacketDecoder.forClient(version, LIMITS);
    }

    /** Returns all packets that were written. */
    List<Packet> packets() throws MalformedPacketException {
        decoder.decode(written, new PacketHandler() {
            @Override
            public boolean onPublish(PublishView publish) {
                throw new AssertionError("unexpected PUBLISH");
            }

            @Override
            public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
                throw new AssertionError("unexpected " + type);
            }

            @Override
            public boolean onPacket(Packet packet) {
                packets.add(packet);
                return true;
            }
        });
        return packets;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        written.writeBytes(source, offset, length);
    }

    @Override
    public ByteBuf output(int bytes) {
        return written.ensureWritable(bytes);
    }

    @Override
    public void writeShared(ByteBuf frame) {
        written.writeBytes(frame);
        frame.release();
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public boolean holdInput(long bytes) {
        return true;
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void abort() {
        closed = true;
    }

    @Override
    public void moveTo(Loop target, Runnable arrived) {
        throw new AssertionError("one loop only");
    }

    @Override
    public SocketAddress remoteAddress() {
        return InetSocketAddress.createUnresolved("client.example", 1883);
    }

    @Override
    public String listener() {
        return "tcp";
    }
}
