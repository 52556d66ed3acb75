package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** What a client has sent before it may go on; in one buffer. Runs on the loop of the channel. Not thread-safe. */
final class BufferedInput {
    private @Nullable ByteBuf kept;

    /** Keeps these bytes too; takes over the reference. */
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

    /** What the buffer takes. */
    int bytes() {
        return kept == null ? 0 : kept.capacity();
    }

    /** Hands over what was kept, and the reference; null for nothing. */
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
