package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Client input that is buffered until the client may proceed, in one buffer. Runs on the loop of the channel. Not
 * thread-safe.
 */
final class BufferedInput {
    private @Nullable ByteBuf kept;

    /** Appends these bytes and takes over the reference. */
    void add(ChannelHandlerContext ctx, ByteBuf bytes) {
        ByteBuf before = kept;
        if (before == null) {
            kept = bytes;
            return;
        }
        try {
            ByteBuf all = ctx.alloc().buffer(before.readableBytes() + bytes.readableBytes());
            kept = all.writeBytes(before).writeBytes(bytes);
        } finally {
            before.release();
            bytes.release();
        }
    }

    /** Capacity of the buffer in bytes. */
    int bytes() {
        return kept == null ? 0 : kept.capacity();
    }

    /** Returns the buffered bytes and hands over the reference; null if the buffer is empty. */
    @Nullable
    ByteBuf take() {
        ByteBuf all = kept;
        kept = null;
        return all;
    }

    void release() {
        ByteBuf rest = take();
        if (rest != null) {
            rest.release();
        }
    }
}
