package io.maxmq.core.connection;

import io.maxmq.codec.PacketType;
import io.maxmq.core.loop.Loop;
import io.maxmq.spi.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is written of one packet, so that it can be shown as a whole: {@link #packetWritten} passes it on. For connections whose
 * written packets somebody wants to see.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class WatchedSink implements ByteSink {
    private final ByteSink to;
    private final PacketWatch watch;
    private @Nullable ByteBuf packet;

    WatchedSink(ByteSink to, PacketWatch watch) {
        this.to = to;
        this.watch = watch;
    }

    /** Where to write a packet of this type: here when somebody wants to see it. */
    ByteSink of(PacketType type) {
        return watch.showsWritten(type) ? this : to;
    }

    /** What has been written here since the last time is a packet. */
    void packetWritten() {
        ByteBuf whole = packet;
        packet = null;
        if (whole != null && whole.isReadable()) {
            byte[] bytes = new byte[whole.readableBytes()];
            whole.readBytes(bytes);
            to.write(bytes, 0, bytes.length);
            watch.written(bytes);
        }
    }

    private ByteBuf gathered() {
        ByteBuf present = packet;
        if (present == null) {
            present = Unpooled.buffer(); // on the heap, so nobody need release it
            packet = present;
        }
        return present;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        gathered().writeBytes(source, offset, length);
    }

    @Override
    public ByteBuf output(int bytes) {
        return gathered().ensureWritable(bytes);
    }

    @Override
    public void writeShared(ByteBuf frame) {
        gathered().writeBytes(frame);
        frame.release();
    }

    @Override
    public boolean isWritable() {
        return to.isWritable();
    }

    @Override
    public boolean isFull() {
        return to.isFull();
    }

    @Override
    public boolean holdInput(long bytes) {
        return to.holdInput(bytes);
    }

    @Override
    public long pendingBytes() {
        return to.pendingBytes();
    }

    @Override
    public void pauseReading() {
        to.pauseReading();
    }

    @Override
    public void resumeReading() {
        to.resumeReading();
    }

    @Override
    public void close() {
        to.close();
    }

    @Override
    public void abort() {
        to.abort();
    }

    @Override
    public void moveTo(Loop target, Runnable arrived) {
        to.moveTo(target, arrived);
    }

    @Override
    public SocketAddress remoteAddress() {
        return to.remoteAddress();
    }

    @Override
    public @Nullable TlsSession tls() {
        return to.tls();
    }

    @Override
    public String listener() {
        return to.listener();
    }
}
