package io.maxmq.codec.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes of one incomplete packet. Its buffer comes from the read buffer's allocator, doubles as bytes
 * arrive up to the packet's length, and is given back when the packet is complete: idle connections have no buffer, and
 * an announced length costs nothing. Not thread-safe.
 */
final class Remainder {
    private static final int FIRST_BYTES = 256;

    private @Nullable ByteBuf buffer;

    /** The whole packet's, or {@link FixedHeader#INCOMPLETE} while its header is. */
    private int packetLength;

    private int begun;

    boolean isEmpty() {
        return buffer == null;
    }

    int heldBytes() {
        ByteBuf present = buffer;
        return present == null ? 0 : present.capacity();
    }

    /** Returns the number of received bytes. */
    int receivedBytes() {
        ByteBuf present = buffer;
        return present == null ? 0 : present.readableBytes();
    }

    /** Returns the number of packets begun so far. */
    int begun() {
        return begun;
    }

    int packetLength() {
        return packetLength;
    }

    void packetLength(int packetLength) {
        this.packetLength = packetLength;
    }

    /** Starts a packet with {@code length} bytes of {@code in} from the absolute index {@code from}. */
    void append(ByteBuf in, int from, int length, int packetLength) {
        this.packetLength = packetLength;
        begun++;
        int capacity = packetLength == FixedHeader.INCOMPLETE
                ? FIRST_BYTES
                : Math.min(packetLength, Math.max(length, FIRST_BYTES));
        ByteBuf started = in.alloc().buffer(capacity, Integer.MAX_VALUE);
        buffer = started;
        started.writeBytes(in, from, length);
    }

    /** Takes up to {@code length} bytes from {@code in}. */
    void take(ByteBuf in, int length) {
        ByteBuf to = started();
        int taken = Math.min(length, in.readableBytes());
        int needed = to.readableBytes() + taken;
        if (needed > to.capacity()) {
            int doubled = Math.max(needed, (int) Math.min(Integer.MAX_VALUE, 2L * to.capacity()));
            to.capacity(Math.min(packetLength, doubled));
        }
        to.writeBytes(in, taken);
    }

    /** Returns the number of bytes that the packet still needs; 0 while its length is unknown. */
    int missing() {
        return packetLength == FixedHeader.INCOMPLETE
                ? 0
                : packetLength - started().readableBytes();
    }

    boolean isComplete() {
        return packetLength != FixedHeader.INCOMPLETE && missing() == 0;
    }

    /** A view of what is there. */
    ByteBuffer bytes() {
        ByteBuf all = started();
        return all.nioBuffer(0, all.writerIndex());
    }

    /** Gives the buffer back. Idempotent. */
    void release() {
        ByteBuf released = buffer;
        buffer = null;
        packetLength = FixedHeader.INCOMPLETE;
        if (released != null) {
            released.release();
        }
    }

    private ByteBuf started() {
        ByteBuf started = buffer;
        if (started == null) {
            throw new IllegalStateException("no packet was begun");
        }
        return started;
    }
}
