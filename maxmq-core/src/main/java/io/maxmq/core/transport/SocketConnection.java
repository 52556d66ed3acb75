package io.maxmq.core.transport;

import io.maxmq.core.connection.ByteSink;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.spi.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Connection of one accepted socket: passes input to its {@link ByteSource}, and gathers the output of an iteration of
 * the loop to send it with one flush.
 *
 * <p>Output waits in two places: in {@link #out} until the end of the iteration, then in the channel until the peer's
 * window takes it. While the channel is not empty, up to 64 KiB more is gathered before it follows, so that many small
 * packets cannot become many buffers. Both places count as pending. Output that waits beyond one iteration is charged
 * to {@link SocketMemory}, and a connection without memory for its output is cut off.
 *
 * <p>Runs on the loop of its connection. Not thread-safe.
 */
final class SocketConnection extends TailHandler implements ByteSink, Deferred {
    private static final int FLUSH_AT_BYTES = 64 * 1024;
    private static final int SMALLEST_OUTPUT_BYTES = 256;
    /** Bytes that responses may exceed the high watermark by, at which PUBLISH stops. */
    private static final int ANSWERS_BYTES = 64 * 1024;

    private static final long LINGER_NANOS = 2_000_000_000L;

    /**
     * Settings of an accepted socket.
     *
     * @param peers the address of peers without an address of their own; null if each peer has one
     */
    record Settings(
            String listener,
            @Nullable SocketAddress peers,
            int lowWatermarkBytes,
            int highWatermarkBytes,
            Duration slowConsumerTimeout) {}

    private final Settings settings;
    private final SocketAcceptor.Entrance entrance;
    private final Acceptance acceptance;
    private final Deferred onDrained = this::onDrained;

    /** Null without a layer between the socket and MQTT. */
    private @Nullable ClientSetup arrival;

    // valid while the channel is active
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteSource connection;
    private Loop loop;

    private @Nullable ByteBuf out;
    private int lastFlushBytes;

    /** Capacity of the buffers opened since the last {@link #charge} while the peer was behind. */
    private long gatheredBytes;

    private boolean deferred;

    private SocketMemory memory;

    /** Bytes in the channel after the last flush, plus the bytes handed to it since. */
    private long stalledBytes;

    /** Capacity of the buffers handed to the channel since it was last empty. */
    private long handedCapacityBytes;

    private boolean unflushed;
    private long inputBytes;
    private long chargedBytes;
    private boolean unwritable;
    private boolean drainAwaited;

    /** Null while the peer keeps up. */
    private @Nullable PeerProgress progress;

    private boolean readingPaused;
    /** True if the peer has ended its input and earlier input is still being handled. */
    private boolean inputEnded;

    private boolean moving;
    private boolean closing;
    private boolean inactive;

    /** Callbacks of a connection into the listener that has accepted it. */
    interface Acceptance {
        /** Reports a closed socket, so that the listener may accept another. */
        void released();

        /**
         * Reports that the client has begun a TLS handshake; {@code goOn} runs when there is capacity. On the accepting
         * loop.
         */
        void handshakeBegins(SocketConnection connection, Runnable goOn);

        /** Reports the end of a TLS handshake, successful or not. On the accepting loop. */
        void handshakeEnded(SocketConnection connection);

        /** Registers the channel with another loop, and runs {@code arrived} or {@code failed} there. */
        void register(Channel channel, Loop target, Runnable arrived, Runnable failed);

        /** Network memory that the sockets of this loop share. */
        SocketMemory memoryOf(Loop loop);
    }

    /**
     * @param loop the loop that the channel is registered with
     * @param entrance creates the connection once the channel is active
     */
    SocketConnection(Settings settings, Loop loop, SocketAcceptor.Entrance entrance, Acceptance acceptance) {
        this.settings = settings;
        this.loop = loop;
        this.memory = acceptance.memoryOf(loop);
        this.entrance = entrance;
        this.acceptance = acceptance;
    }

    /** State of the client on the layers between the socket and MQTT; created at the first call. */
    ClientSetup arrival() {
        ClientSetup present = arrival;
        if (present == null) {
            present = new ClientSetup(this, settings.listener(), entrance, acceptance);
            arrival = present;
        }
        return present;
    }

    @Override
    public boolean knowsRemote() {
        return arrival == null || arrival.knowsRemote();
    }

    /** Tells the connection that the client's address is known. */
    void remoteKnown() {
        ByteSource to = connection;
        if (to != null) {
            to.onRemoteKnown();
        }
    }

    /**
     * Charges additional bytes for the lifetime of the connection. Returns false if no memory is left; then the
     * connection is being closed.
     */
    boolean takesMore(int bytes) {
        ByteSource to = connection;
        return to == null || to.onGrown(bytes);
    }

    Loop loop() {
        return loop;
    }

    boolean isClosing() {
        return closing;
    }

    // ---- events of the channel

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        assert loop.inLoop();
        if (connection == null) {
            connection = entrance.open(this, loop);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        assert loop.inLoop();
        ByteSource to = connection;
        if (to == null) {
            ((ByteBuf) bytes).release();
        } else {
            to.onBytes((ByteBuf) bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (arrival != null && arrival.isRenegotiating()) {
            abort(); // repeated renegotiation would cost the loop one handshake each time
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnds();
        }
    }

    /**
     * Handles the end of the peer's input, by TCP, TLS or WebSocket. If the connection has paused reading, it still
     * handles earlier input, perhaps a DISCONNECT: then the socket is closed when reading resumes.
     */
    void inputEnds() {
        assert loop.inLoop();
        ByteSource to = connection;
        if (moving || readingPaused && to != null && to.handlesTheRest()) {
            inputEnded = true;
        } else if (stalledBytes > 0) {
            abort(); // the peer does not read either
        } else {
            close();
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
        watchNoLonger();
        dropOutput();
        gatheredIsCharged();
        release(chargedBytes);
        acceptance.released();
        ByteSource to = connection;
        if (to != null) {
            memory.left(this);
            to.onClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // TLS wraps the exception of an undecodable record.
        if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
            loop.reportFailure(cause);
        }
        abort();
    }

    // ---- calls of the connection

    @Override
    public void write(byte[] source, int offset, int length) {
        assert loop.inLoop();
        ByteBuf output = output(length);
        output.writeBytes(source, offset, length);
        if (output.readableBytes() >= FLUSH_AT_BYTES) {
            flushNow();
        }
    }

    @Override
    public ByteBuf output(int bytes) {
        assert loop.inLoop();
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
        int likely = (int) Math.min(Math.min(FLUSH_AT_BYTES, roomBytes()), lastFlushBytes + (lastFlushBytes >> 2));
        int size = Math.max(bytes, Math.max(SMALLEST_OUTPUT_BYTES, likely));
        loop.reserveOutput(size);
        if (stalledBytes > 0 && !closing) {
            gatheredBytes += size;
            memory.gathers(size);
        }
        ByteBuf opened = context().alloc().directBuffer(size);
        out = opened;
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
        return opened;
    }

    @Override
    public void writeShared(ByteBuf frame) {
        assert loop.inLoop();
        handToChannel();
        unflushed = true;
        loop.counters().add(Counter.BYTES_SENT, frame.readableBytes());
        handedCapacityBytes += frame.readableBytes();
        stalledBytes += frame.readableBytes();
        context().write(frame, context().voidPromise());
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
    }

    @Override
    public void runDeferred() {
        assert loop.inLoop();
        deferred = false;
        if (inactive) {
            dropOutput();
            return;
        }
        flushNow();
        noteWritable();
    }

    @Override
    public void flushEarly() {
        assert loop.inLoop();
        if (!inactive) {
            flushNow();
        }
    }

    private void flushNow() {
        ByteBuf output = out;
        boolean canWait = output == null || (drainAwaited && !closing && output.readableBytes() < FLUSH_AT_BYTES);
        if (canWait && !unflushed) {
            noteStalled(); // the output follows when the channel is empty
            return;
        }
        handToChannel();
        unflushed = false;
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
        unflushed = true;
        lastFlushBytes = output.readableBytes();
        loop.counters().add(Counter.BYTES_SENT, lastFlushBytes);
        handedCapacityBytes += output.capacity();
        stalledBytes += lastFlushBytes;
        context().write(output, context().voidPromise());
    }

    /** Charges the bytes that the channel could not send at once, and watches the peer's progress. */
    private void noteStalled() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        stalledBytes = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (stalledBytes == 0) {
            handedCapacityBytes = 0;
        } else if (!drainAwaited) {
            drainAwaited = true;
            memory.stalls(this);
            // The empty write completes when all earlier output has been sent.
            below().writeAndFlush(Unpooled.EMPTY_BUFFER, newPromise()).addListener(this::drained);
        }
        if (!charge()) {
            cutOff();
        }
        if (!unwritable && !hasRoom()) {
            unwritable = true;
        }
        if (unwritable && stalledBytes > 0 && !closing && progress == null) {
            PeerProgress watch =
                    new PeerProgress(this, loop, settings.slowConsumerTimeout().toNanos());
            progress = watch;
            watch.look();
        }
    }

    /**
     * Defers the reaction to an empty channel. The channel is in the middle of its flush and the loop may be in the
     * middle of a packet, so the pending bytes are known, and may be reported, only afterwards.
     */
    private void drained(Future<?> sent) {
        if (!sent.isSuccess() || moving) {
            drainAwaited = false;
        } else {
            loop.defer(onDrained);
        }
    }

    private void onDrained() {
        drainAwaited = false;
        if (!inactive && !moving) {
            memory.drained(this);
            flushNow();
            noteWritable();
        }
    }

    private void gatheredIsCharged() {
        if (gatheredBytes > 0) {
            memory.gathers(-gatheredBytes);
            gatheredBytes = 0;
        }
    }

    /** Charges the bytes held beyond this iteration; returns false if no memory is left. */
    private boolean charge() {
        gatheredIsCharged();
        if (closing || moving) {
            return true; // the bytes are freed soon, or charged on arrival
        }
        long held = inputBytes;
        if (stalledBytes > 0) {
            ByteBuf gathered = out;
            // A buffer may be larger than its content, but not every buffer is.
            held += Math.max(stalledBytes, Math.min(handedCapacityBytes, stalledBytes + FLUSH_AT_BYTES));
            held += gathered == null ? 0 : gathered.capacity();
        }
        if (held <= chargedBytes) {
            release(chargedBytes - held);
        } else if (memory.tryCharge(this, held - chargedBytes)) {
            chargedBytes = held;
        } else {
            return false;
        }
        return true;
    }

    /** Bytes charged for this connection. */
    long chargedBytes() {
        return chargedBytes;
    }

    /** Closes the connection because no memory is left for output that its peer does not take. */
    void cutOff() {
        assert loop.inLoop();
        if (closing) {
            return;
        }
        long pending = pendingBytes();
        closing = true;
        dropOutput();
        release(chargedBytes);
        ByteSource to = connection;
        if (to != null) {
            loop.execute(() -> to.onStalled(pending, Duration.ZERO));
        }
        below().close();
    }

    @Override
    public boolean holdInput(long bytes) {
        assert loop.inLoop();
        inputBytes = bytes;
        return charge();
    }

    private void release(long bytes) {
        if (bytes > 0) {
            memory.release(bytes);
            chargedBytes -= bytes;
        }
    }

    private void noteWritable() {
        if (unwritable && isWritable()) {
            unwritable = false;
            ByteSource to = connection;
            if (to != null) {
                to.onWritable();
            }
        }
    }

    @Override
    public boolean isWritable() {
        assert loop.inLoop();
        if (unwritable && pendingBytes() > lowWater()) {
            return false;
        }
        if (hasRoom()) {
            return true;
        }
        unwritable = true; // a caller that received false is notified when this changes
        return false;
    }

    private long lowWater() {
        return Math.min(settings.lowWatermarkBytes(), memory.shareBytes() / 2);
    }

    private boolean hasRoom() {
        return roomBytes() > 0 && !closing;
    }

    /** Number of bytes that more output may use; negative above the limit. */
    private long roomBytes() { // hot: per message and recipient
        return Math.min(settings.highWatermarkBytes(), memory.shareBytes()) - pendingBytes();
    }

    @Override
    public boolean isFull() {
        assert loop.inLoop();
        long limit = Math.min(settings.highWatermarkBytes(), memory.shareBytes());
        if (pendingBytes() <= limit + Math.min(ANSWERS_BYTES, limit)) {
            return false;
        }
        unwritable = true;
        return true;
    }

    @Override
    public long pendingBytes() {
        assert loop.inLoop();
        ByteBuf output = out;
        return output == null ? stalledBytes : stalledBytes + output.readableBytes();
    }

    /** True while the peer is too far behind and the connection is not closing. */
    boolean isBehind() {
        return unwritable && !closing;
    }

    /** Message that the channel is sending; null if there is none. */
    @Nullable
    Object sending() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        return buffer == null ? null : buffer.current();
    }

    /** Reports that the peer has taken some output. */
    void progresses() {
        memory.progresses(this);
    }

    /** Ends the watch, because the peer has caught up or has taken nothing for the timeout and is given up. */
    void watched(boolean gaveUp, long idleNanos) {
        progress = null;
        ByteSource to = connection;
        if (gaveUp && to != null) {
            to.onStalled(pendingBytes(), Duration.ofNanos(idleNanos));
        }
    }

    private void watchNoLonger() {
        PeerProgress present = progress;
        if (present != null) {
            progress = null;
            present.cancel();
        }
    }

    @Override
    public void pauseReading() {
        assert loop.inLoop();
        readingPaused = true;
        context().channel().config().setAutoRead(false);
    }

    @Override
    public void resumeReading() {
        assert loop.inLoop();
        readingPaused = false;
        if (inputEnded) {
            inputEnds();
        } else {
            context().channel().config().setAutoRead(true);
        }
    }

    @Override
    public void close() {
        assert loop.inLoop();
        if (closing) {
            return;
        }
        if (arrival != null && arrival.isUnderWay()) {
            abort(); // an MQTT or WebSocket close is not possible yet
            return;
        }
        handToChannel();
        closing = true;
        context().flush();
        below().writeAndFlush(Unpooled.EMPTY_BUFFER, newPromise()).addListener(ChannelFutureListener.CLOSE);
        if (context().channel().isOpen()) {
            // A peer that reads nothing must not keep the socket open.
            loop.schedule(LINGER_NANOS, () -> below().close());
        }
    }

    @Override
    public void abort() {
        assert loop.inLoop();
        closing = true;
        dropOutput();
        below().close();
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
        assert loop.inLoop();
        if (target == loop) {
            arrived.run();
            return;
        }
        if (out != null) {
            flushNow();
        }
        watchNoLonger();
        gatheredIsCharged();
        release(chargedBytes);
        memory.left(this);
        moving = true;
        Channel channel = context().channel();
        channel.deregister().addListener(left -> {
            loop = target;
            acceptance.register(channel, target, () -> arrive(arrived), this::closedWhileMoving);
        });
    }

    private void arrive(Runnable arrived) {
        memory = acceptance.memoryOf(loop);
        moving = false;
        if (drainAwaited) {
            memory.stalls(this);
        }
        noteStalled();
        arrived.run();
        if (inputEnded) {
            inputEnds();
        }
    }

    /** Closes the channel after a failed move. A channel without a loop fires no event when it closes. */
    private void closedWhileMoving() {
        memory = acceptance.memoryOf(loop);
        moving = false;
        below().close();
        onInactive();
    }

    @Override
    public SocketAddress remoteAddress() {
        SocketAddress client = arrival == null ? null : arrival.speaksFor();
        if (client != null) {
            return client;
        }
        SocketAddress peers = settings.peers();
        SocketAddress address = peers == null ? context().channel().remoteAddress() : peers;
        return address != null ? address : new InetSocketAddress(0);
    }

    @Override
    public String listener() {
        return settings.listener();
    }

    @Override
    public @Nullable TlsSession tls() {
        return arrival == null ? null : arrival.tls();
    }

    /**
     * Returns the channel itself, below TLS, which would first send a close_notify and would encrypt an empty buffer. A
     * closed channel has no handlers.
     */
    private ChannelOutboundInvoker below() {
        Channel channel = context().channel();
        ChannelHandlerContext first = channel.pipeline().firstContext();
        return first == null ? channel : first;
    }

    /** Creates a promise that is notified on the current loop of the channel. */
    private ChannelPromise newPromise() {
        return context().channel().newPromise();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
        assert present != null;
        return present;
    }
}
