package io.maxmq.core.transport;

import io.maxmq.core.connection.ByteSink;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One accepted socket: hands what it reads to its connection, and gathers what the connection writes, to send it once per
 * iteration of the loop.
 *
 * <p>Output waits in two places: in {@link #out} until the end of the iteration, then in the channel until the peer's
 * window takes it. Both count as pending; what the channel holds beyond one iteration is charged to the memory budget.
 * Without credit a connection takes no more output until the channel is empty.
 *
 * <p>Runs on the loop of its connection. Not thread-safe.
 */
final class SocketConnection extends ChannelInboundHandlerAdapter implements ByteSink, Deferred {
    private static final int FLUSH_AT_BYTES = 64 * 1024;
    private static final int SMALLEST_OUTPUT_BYTES = 256;
    private static final long SMALLEST_SHARE_BYTES = 64 * 1024;
    private static final int SHARES = 8;
    private static final long LINGER_NANOS = 2_000_000_000L;

    /** What an accepted socket is set up with. */
    record Settings(
            String listener,
            int lowWatermarkBytes,
            int highWatermarkBytes,
            Duration slowConsumerTimeout,
            MemoryBudget network) {}

    private final Settings settings;
    private final BiFunction<ByteSink, Loop, ByteSource> connect;
    private final Acceptance acceptance;
    private final Deferred drained = this::onDrained;

    // valid while the channel is active
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteSource connection;
    private Loop loop;

    private @Nullable ByteBuf out;
    private int lastFlushBytes;
    private boolean deferred;

    /** What the channel held after the last flush. */
    private long stalledBytes;

    private long roomBytes;
    private long chargedBytes;
    private boolean outOfCredit;
    private boolean unwritable;
    private boolean drainAwaited;

    private long handedBytes;
    private long progressBytes;
    private long progressNanos;
    private long stallTimer;
    private boolean closing;
    private boolean inactive;

    /** What a connection needs of the listener that has accepted it. */
    interface Acceptance {
        /** The socket is gone: another may be accepted. */
        void released();

        /** Registers the channel with another loop, and there runs one of the two. */
        void register(Channel channel, Loop target, Runnable arrived, Runnable failed);
    }

    /**
     * @param loop the loop that the channel is registered with
     * @param connect makes the connection once the channel is active
     */
    SocketConnection(
            Settings settings, Loop loop, BiFunction<ByteSink, Loop, ByteSource> connect, Acceptance acceptance) {
        this.settings = settings;
        this.roomBytes = settings.highWatermarkBytes();
        this.loop = loop;
        this.connect = connect;
        this.acceptance = acceptance;
    }

    // ---- from the channel

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (connection == null) {
            connection = connect.apply(this, loop);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        ByteSource to = connection;
        if (to == null) {
            ((ByteBuf) bytes).release();
        } else {
            to.onBytes((ByteBuf) bytes);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        onInactive();
    }

    private void onInactive() {
        if (inactive) {
            return;
        }
        inactive = true;
        closing = true;
        cancelStallTimer();
        dropOutput();
        release(chargedBytes);
        acceptance.released();
        ByteSource to = connection;
        if (to != null) {
            to.onClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            loop.reportFailure(cause);
        }
        abort();
    }

    // ---- from the connection

    @Override
    public void write(byte[] source, int offset, int length) {
        ByteBuf output = output(length);
        output.writeBytes(source, offset, length);
        if (output.readableBytes() >= FLUSH_AT_BYTES) {
            flushNow();
        }
    }

    @Override
    public ByteBuf output(int bytes) {
        ByteBuf present = out;
        if (present == null) {
            return open(bytes);
        }
        if (present.writableBytes() >= bytes) {
            return present;
        }
        if (present.readableBytes() >= FLUSH_AT_BYTES / 2) {
            handToChannel();
            return open(bytes);
        }
        present.ensureWritable(bytes);
        return present;
    }

    private ByteBuf open(int bytes) {
        int size = Math.max(SMALLEST_OUTPUT_BYTES, Math.min(FLUSH_AT_BYTES, lastFlushBytes + (lastFlushBytes >> 2)));
        ByteBuf opened = context().alloc().directBuffer(Math.max(bytes, size));
        out = opened;
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
        return opened;
    }

    @Override
    public void writeShared(ByteBuf frame) {
        handToChannel();
        handedBytes += frame.readableBytes();
        stalledBytes += frame.readableBytes();
        context().write(frame, context().voidPromise());
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
    }

    @Override
    public void runDeferred() {
        deferred = false;
        flushNow();
    }

    private void flushNow() {
        handToChannel();
        loop.counters().increment(Counter.FLUSHES);
        context().flush();
        noteStalled();
    }

    private void handToChannel() {
        ByteBuf output = out;
        if (output == null) {
            return;
        }
        out = null;
        lastFlushBytes = output.readableBytes();
        loop.counters().add(Counter.BYTES_SENT, lastFlushBytes);
        handedBytes += lastFlushBytes;
        context().write(output, context().voidPromise());
    }

    /** What the channel could not send at once is charged, and watched. */
    private void noteStalled() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        stalledBytes = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        chargeStalled();
        roomBytes = fairShare();
        if (stalledBytes > 0 && !drainAwaited && buffer != null) {
            drainAwaited = true;
            // Completes when everything before it has been sent.
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
                // The channel is in the middle of its flush: what it holds is known only afterwards.
                if (sent.isSuccess()) {
                    loop.defer(drained);
                } else {
                    drainAwaited = false;
                }
            });
        }
        if (!unwritable && !hasRoom()) {
            unwritable = true;
            progressBytes = handedBytes - stalledBytes;
            progressNanos = loop.nowNanos();
            watchProgress();
        }
    }

    /** The more of the sockets' memory is in use, the less one connection may hold of it. */
    private long fairShare() {
        long free = settings.network().capacityBytes() - settings.network().usedBytes();
        return Math.min(settings.highWatermarkBytes(), Math.max(SMALLEST_SHARE_BYTES, free / SHARES));
    }

    private void onDrained() {
        drainAwaited = false;
        if (!inactive) {
            noteStalled();
            noteWritable();
        }
    }

    private void chargeStalled() {
        if (stalledBytes > chargedBytes) {
            long more = stalledBytes - chargedBytes;
            if (loop.networkCredit().tryCharge(more)) {
                chargedBytes = stalledBytes;
            } else {
                outOfCredit = true;
            }
        } else {
            release(chargedBytes - stalledBytes);
        }
        if (stalledBytes == 0) {
            outOfCredit = false;
        }
    }

    private void release(long bytes) {
        if (bytes > 0) {
            loop.networkCredit().release(bytes);
            chargedBytes -= bytes;
        }
    }

    private void noteWritable() {
        if (unwritable && !closing && stalledBytes <= lowWater() && isWritable()) {
            unwritable = false;
            ByteSource to = connection;
            if (to != null) {
                to.onWritable();
            }
        }
    }

    @Override
    public boolean isWritable() {
        if (unwritable && stalledBytes > lowWater()) {
            return false;
        }
        return hasRoom();
    }

    private long lowWater() {
        return Math.min(settings.lowWatermarkBytes(), roomBytes / 2);
    }

    private boolean hasRoom() {
        return pendingBytes() < roomBytes && !outOfCredit && !closing;
    }

    @Override
    public long pendingBytes() {
        ByteBuf output = out;
        return output == null ? stalledBytes : stalledBytes + output.readableBytes();
    }

    private void watchProgress() {
        long timeoutNanos = settings.slowConsumerTimeout().toNanos();
        if (stallTimer == 0 && timeoutNanos > 0) {
            stallTimer = loop.schedule(timeoutNanos / 4, this::checkProgress);
        }
    }

    private void cancelStallTimer() {
        if (stallTimer != 0) {
            loop.cancel(stallTimer);
            stallTimer = 0;
        }
    }

    private void checkProgress() {
        stallTimer = 0;
        if (!unwritable || closing) {
            return;
        }
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        long pending = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long sent = handedBytes - pending;
        if (sent != progressBytes) {
            progressBytes = sent;
            progressNanos = loop.nowNanos();
        }
        long idleNanos = loop.nowNanos() - progressNanos;
        ByteSource to = connection;
        if (idleNanos >= settings.slowConsumerTimeout().toNanos() && to != null) {
            to.onStalled(pending, Duration.ofNanos(idleNanos));
            return;
        }
        watchProgress();
    }

    @Override
    public void pauseReading() {
        context().channel().config().setAutoRead(false);
    }

    @Override
    public void resumeReading() {
        context().channel().config().setAutoRead(true);
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        handToChannel();
        closing = true;
        ChannelHandlerContext ctx = context();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (ctx.channel().isOpen()) {
            // A peer that reads nothing must not keep the socket.
            loop.schedule(LINGER_NANOS, () -> ctx.channel().close());
        }
    }

    @Override
    public void abort() {
        closing = true;
        dropOutput();
        context().channel().close();
    }

    private void dropOutput() {
        ByteBuf output = out;
        if (output != null) {
            out = null;
            output.release();
        }
    }

    @Override
    public void moveTo(Loop target, Runnable arrived) {
        if (target == loop) {
            arrived.run();
            return;
        }
        if (out != null) {
            flushNow();
        }
        cancelStallTimer();
        release(chargedBytes);
        Channel channel = context().channel();
        channel.deregister().addListener(left -> {
            loop = target;
            acceptance.register(channel, target, arrived, this::closedWhileMoving);
        });
    }

    /** A channel without a loop fires no event when it closes. */
    private void closedWhileMoving() {
        context().channel().close();
        onInactive();
    }

    @Override
    public SocketAddress remoteAddress() {
        SocketAddress address = context().channel().remoteAddress();
        return address != null ? address : new InetSocketAddress(0);
    }

    @Override
    public String listener() {
        return settings.listener();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
        assert present != null;
        return present;
    }
}
