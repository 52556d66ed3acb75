package io.maxmq.core.connection;

import io.maxmq.core.loop.Loop;
import io.maxmq.spi.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection's bytes go: a socket, or a pipe in memory. What is written is gathered and leaves once per iteration
 * of the loop, at once when it reaches 64 KiB.
 *
 * <p>Called on the loop that the connection is on; {@link #moveTo} changes that loop. Never blocks.
 */
public interface ByteSink {
    /** Copies bytes to the output. Hot: per message. */
    void write(byte[] source, int offset, int length);

    /** The output, with room for {@code bytes} more at its writer index. Use it before the next call. */
    ByteBuf output(int bytes);

    /** Sends a large frame without copying it; takes over one reference. */
    void writeShared(ByteBuf frame);

    /** Whether less than the high watermark waits to be sent, and the broker has memory for more. */
    boolean isWritable();

    /**
     * Whether so much waits that even answers have no room, so that the peer should not be read from; when it is no longer
     * so {@link ByteSource#onWritable} is called.
     */
    boolean isFull();

    /**
     * Says how much the connection holds of what it has read; replaces what it said before.
     *
     * @return false when there is no memory for it
     */
    boolean holdInput(long bytes);

    /** Bytes that wait to be sent. */
    long pendingBytes();

    /** Stops reading from the peer, but for what has been read already. */
    void pauseReading();

    void resumeReading();

    /** Sends what has been written, then closes; after a short while it closes anyway. Idempotent. */
    void close();

    /** Closes without sending what waits. Idempotent. */
    void abort();

    /** Goes over to another loop; {@code arrived} runs there. Reading is paused by the caller until then. */
    void moveTo(Loop target, Runnable arrived);

    /** The peer's; behind a trusted proxy the one that the proxy names; of a local socket that of the listener. */
    SocketAddress remoteAddress();

    /**
     * Whether {@link #remoteAddress} is the client's. Else it is that of a trusted proxy, which has yet to say whom it speaks for: before
     * the first bytes come {@link ByteSource#onRemoteKnown} is called.
     */
    default boolean knowsRemote() {
        return true;
    }

    /** What TLS has agreed on and proven; null without TLS. Known before the first bytes come. */
    default @Nullable TlsSession tls() {
        return null;
    }

    /** The name of the listener that accepted it. */
    String listener();
}
