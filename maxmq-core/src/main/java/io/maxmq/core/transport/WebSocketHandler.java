package io.maxmq.core.transport;

import io.maxmq.config.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * WebSocket of one connection: first the request and its response, then frames. The handlers above receive the payload
 * of binary frames as it arrives, and each of their writes is sent as one frame.
 *
 * <p>Runs on the loop of the channel. Not thread-safe.
 */
final class WebSocketHandler extends ForwardingHandler implements ChannelOutboundHandler, WebSocketFrames.Pings {
    private static final int MAX_HEAD_BYTES = 8 * 1024;
    private static final int FIRST_HEAD_BYTES = 512;
    private static final long LINGER_MILLIS = 1000;

    /** Pending output above which pings are not answered. */
    private static final long MAX_PENDING_BYTES = 64 * 1024;

    private final WebSocket settings;
    private final boolean secure;
    private final SocketConnection connection;
    private final ProxyAdmission admission;

    /** Trusted HTTP proxies; null if the client's address is known already. */
    private final @Nullable ForwardedFor forwarded;

    private final WebSocketFrames frames = new WebSocketFrames(this);

    // valid until the request is complete
    private byte @Nullable [] head = new byte[FIRST_HEAD_BYTES];
    private int headBytes;
    private boolean asked;

    private boolean closeSent;

    /** Payload of the last unanswered ping. */
    private byte @Nullable [] ping;

    /**
     * @param secure true if TLS is below this handler
     * @param forwarded the trusted HTTP proxies if one may name the client, else null
     */
    WebSocketHandler(
            WebSocket settings, boolean secure, @Nullable ForwardedFor forwarded, SocketConnection connection) {
        this.settings = settings;
        this.secure = secure;
        this.forwarded = forwarded;
        this.connection = connection;
        this.admission = new ProxyAdmission(connection);
    }

    // ---- input

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (head != null && !asked && !closeSent) {
            readHead(ctx, bytes);
        }
        if (admission.waits()) {
            admission.keep(ctx, bytes);
            return;
        }
        if (head != null || closeSent || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        frames.decode(bytes);
        answerPing(ctx);
        if (bytes.isReadable()) {
            ctx.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
        if (frames.closeCode() != 0) {
            sendClose(ctx, frames.closeCode());
            connection.inputEnds();
        }
    }

    /** Reads the request up to the empty line and leaves the bytes behind it. */
    private void readHead(ChannelHandlerContext ctx, ByteBuf bytes) {
        byte[] request = head;
        while (request != null && bytes.isReadable()) {
            if (headBytes == request.length) {
                if (headBytes >= MAX_HEAD_BYTES) {
                    refuse(ctx, WebSocketHandshake.refused("431 Request Header Fields Too Large", "", "too long"));
                    return;
                }
                request = Arrays.copyOf(request, Math.min(MAX_HEAD_BYTES, 2 * headBytes));
                head = request;
            }
            request[headBytes++] = bytes.readByte();
            if (endsHead(request, headBytes)) {
                ask(ctx, Arrays.copyOf(request, headBytes));
                return;
            }
        }
    }

    /** Determines the client of the request and checks its admission. */
    private void ask(ChannelHandlerContext ctx, byte[] bytes) {
        asked = true;
        HttpRequestHead request;
        boolean isForwarded;
        try {
            request = HttpRequestHead.parse(bytes);
            isForwarded = forwarded != null && identify(request, forwarded);
        } catch (HttpRequestHead.MalformedException e) {
            refuse(ctx, WebSocketHandshake.refused(e));
            return;
        }
        if (isForwarded) {
            admission.ask(ctx, () -> answer(ctx, request, true));
        } else {
            answer(ctx, request, false);
        }
    }

    /** Takes the client address from the request if a trusted proxy sent it, and returns whether that is so. */
    private boolean identify(HttpRequestHead request, ForwardedFor trusted) throws HttpRequestHead.MalformedException {
        boolean isForwarded = trusted.believes(connection.remoteAddress());
        InetAddress client = isForwarded ? trusted.clientOf(request) : null;
        connection.arrival().comesFrom(client == null ? null : new InetSocketAddress(client, 0));
        return isForwarded;
    }

    private static boolean endsHead(byte[] request, int length) {
        return length >= 4
                && request[length - 1] == '\n'
                && request[length - 2] == '\r'
                && request[length - 3] == '\n'
                && request[length - 4] == '\r';
    }

    private void answer(ChannelHandlerContext ctx, HttpRequestHead request, boolean isForwarded) {
        PageAccess access = PageAccess.of(
                settings,
                secure,
                isForwarded,
                ctx.channel().localAddress(),
                connection.arrival().speaksFor());
        WebSocketHandshake answer = WebSocketHandshake.answer(request, access);
        if (answer.refusal() != null) {
            refuse(ctx, answer);
            return;
        }
        head = null;
        connection.arrival().opened();
        ctx.writeAndFlush(Unpooled.wrappedBuffer(answer.response()), ctx.voidPromise());
        ByteBuf rest = admission.kept();
        if (rest != null) {
            channelRead(ctx, rest);
            channelReadComplete(ctx);
        }
    }

    private void refuse(ChannelHandlerContext ctx, WebSocketHandshake answer) {
        closeSent = true;
        connection.arrival().notOpened(String.valueOf(answer.refusal()));
        ctx.writeAndFlush(Unpooled.wrappedBuffer(answer.response()), ctx.voidPromise());
        if (ctx.channel() instanceof DuplexChannel channel && ctx.pipeline().firstContext() == ctx) {
            channel.shutdownOutput();
        }
        // Closes later: with unread input an immediate close would make the system discard the response.
        var unused = ctx.executor().schedule(() -> ctx.channel().close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        admission.close();
        super.channelInactive(ctx);
    }

    @Override
    public void onPing(byte[] payload, int length) {
        ping = Arrays.copyOf(payload, length);
    }

    /**
     * Answers only the last ping of one read, as RFC 6455 §5.5.3 allows: a flood of pings costs little more than
     * reading it.
     */
    private void answerPing(ChannelHandlerContext ctx) {
        byte[] payload = ping;
        ping = null;
        if (payload == null || closeSent) {
            return;
        }
        ChannelOutboundBuffer waiting = ctx.channel().unsafe().outboundBuffer();
        if (waiting != null && waiting.totalPendingWriteBytes() < MAX_PENDING_BYTES) {
            ByteBuf pong = ctx.alloc().directBuffer(2 + payload.length);
            WebSocketFrames.writePong(pong, payload, payload.length);
            ctx.writeAndFlush(pong, ctx.voidPromise());
        }
    }

    // ---- output

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) { // hot: per flush
        ByteBuf bytes = (ByteBuf) message;
        if (closeSent || head != null) {
            bytes.release();
            if (!promise.isVoid()) {
                promise.setFailure(new ClosedChannelException());
            }
            return;
        }
        if (bytes.isReadable()) {
            ByteBuf header = ctx.alloc().directBuffer(WebSocketFrames.MAX_HEADER_BYTES);
            WebSocketFrames.writeBinaryHeader(header, bytes.readableBytes());
            ctx.write(header, ctx.voidPromise());
        }
        ctx.write(bytes, promise);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (head == null) {
            sendClose(ctx, WebSocketFrames.NORMAL);
        }
        ctx.close(promise);
    }

    private void sendClose(ChannelHandlerContext ctx, int code) {
        if (!closeSent && ctx.channel().isActive()) {
            closeSent = true;
            ByteBuf close = ctx.alloc().directBuffer(4);
            WebSocketFrames.writeClose(close, code);
            ctx.writeAndFlush(close, ctx.voidPromise());
        }
    }

    @Override
    public void bind(ChannelHandlerContext ctx, SocketAddress local, ChannelPromise promise) {
        ctx.bind(local, promise);
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        ctx.connect(remote, local, promise);
    }

    @Override
    public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
        close(ctx, promise);
    }

    @Override
    public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.deregister(promise);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        ctx.flush();
    }
}
