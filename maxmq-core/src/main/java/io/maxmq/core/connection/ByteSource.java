package io.maxmq.core.connection;

import io.netty.buffer.ByteBuf;
import java.time.Duration;

/**
 * What a transport tells its connection. Called on the loop that the connection is on, never from within a call of
 * {@link ByteSink}.
 */
public interface ByteSource {
    /** {@link ByteSink#remoteAddress} is the client's from now on. */
    default void onRemoteKnown() {}

    /**
     * It takes so much more from now on, in bytes, than a plain socket does: TLS has begun. False when there is no memory for that: then
     * it is being closed.
     */
    default boolean onGrown(int bytes) {
        return true;
    }

    /** Bytes have come; takes over the reference. */
    void onBytes(ByteBuf bytes);

    /**
     * The peer sends no more, and reading is paused: whether what has come is to be handled all the same. Then the bytes' way is
     * closed when reading goes on, else at once.
     */
    default boolean handlesTheRest() {
        return true;
    }

    /** {@link ByteSink#isWritable} holds again. */
    void onWritable();

    /**
     * The peer has taken nothing for too long while bytes waited for it, or there was no memory left for them: then
     * {@code withoutProgress} is zero.
     */
    void onStalled(long pendingBytes, Duration withoutProgress);

    /** The bytes' way has closed, from whichever side. Called once. */
    void onClosed();
}
