package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.spi.limit.RateDecision;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accepted sockets of one listener. Refuses a socket above the connection limit or without admission, delays a socket
 * that the rate limiter pauses, and sets up every other socket as a connection on the accepting loop. The connection
 * stays there until CONNECT names its session, so it moves at most once and wakes no other loop before.
 *
 * <p>Runs on the accepting loop, except {@link #released}, {@link #register} and {@link #memoryOf}, which run on the
 * current loop of the connection. Not thread-safe.
 */
final class AcceptedSockets extends TailHandler implements SocketConnection.Acceptance {
    /** Affects only Netty's {@code isWritable}; the broker has its own watermarks. */
    private static final WriteBufferWaterMark NETTY_WATERMARKS = new WriteBufferWaterMark(1 << 29, 1 << 30);

    private static final long PAUSE_AFTER_FAILURE_SECONDS = 1;

    private final Endpoint settings;
    private final SocketLayer layer;
    private final @Nullable SocketAddress peers;
    private final Loop loop;
    private final EventLoop acceptingLoop;
    private final SocketAcceptor.Shared shared;
    private final SocketConnection.Settings connectionSettings;
    private final WaitingSockets waiting;
    private final TlsHandshakes handshakes;

    /** Number of accepted and not yet closed sockets, paused sockets included. */
    private final AtomicInteger open = new AtomicInteger();

    /** Written on the loop, read by any thread. */
    private volatile boolean paused;

    /**
     * @param layer the protocol layer below the connections
     * @param peers the peer address of all connections of a local socket; null for a port, where each connection has
     *     its own
     * @param loop the accepting loop
     */
    AcceptedSockets(
            Endpoint settings,
            SocketLayer layer,
            @Nullable SocketAddress peers,
            Loop loop,
            SocketAcceptor.Shared shared) {
        this.settings = settings;
        this.layer = layer;
        this.peers = peers;
        this.loop = loop;
        this.acceptingLoop = shared.eventLoops().eventLoop(loop.index());
        this.shared = shared;
        this.connectionSettings = new SocketConnection.Settings(
                settings.name(),
                peers,
                shared.lowWatermarkBytes(),
                shared.highWatermarkBytes(),
                shared.slowConsumerTimeout());
        this.waiting = new WaitingSockets(loop);
        this.handshakes = new TlsHandshakes(loop, shared.handshakes());
    }

    /**
     * Sets whether accepting is paused. Runs on the loop.
     *
     * @return true if the state has changed
     */
    boolean pause(boolean now) {
        assert loop.inLoop();
        boolean before = paused;
        paused = now;
        return before != now;
    }

    /** Any thread. */
    boolean isPaused() {
        return paused;
    }

    /** Number of open sockets. Any thread. */
    int connections() {
        return open.get();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        assert loop.inLoop();
        Channel channel = (Channel) accepted;
        if (open.incrementAndGet() > settings.maxConnections()) {
            loop.counters().increment(Counter.REFUSED_LISTENER_LIMIT);
            refuse(channel);
            return;
        }
        Counter refusal = shared.entrance().refusalOf(remoteOf(channel), loop);
        if (refusal != null) {
            loop.counters().increment(refusal);
            refuse(channel);
            return;
        }
        if (layer.speaksForOthers(remoteOf(channel))) {
            open(channel);
        } else {
            admit(channel);
        }
    }

    private SocketAddress remoteOf(Channel channel) {
        SocketAddress all = peers;
        return all == null ? channel.remoteAddress() : all;
    }

    private void admit(Channel channel) {
        try {
            RateDecision decision = shared.entrance().admits(remoteOf(channel), settings.name(), loop);
            if (decision instanceof RateDecision.Pause pause && waiting.await(channel, pause.nanos(), this::admit)) {
                return;
            }
            if (!(decision instanceof RateDecision.Allow)) {
                loop.counters().increment(Counter.REFUSED_RATE_LIMIT);
                refuse(channel);
                return;
            }
        } catch (Throwable t) {
            refuse(channel);
            loop.reportFailure(t);
            return;
        }
        open(channel);
    }

    private void open(Channel channel) {
        try {
            setUp(channel.config());
            SocketConnection connection = new SocketConnection(connectionSettings, loop, shared.entrance(), this);
            layer.addTo(channel, connection);
            channel.pipeline().addLast(connection);
            acceptingLoop.register(channel).addListener((ChannelFutureListener) registration -> {
                if (!registration.isSuccess()) {
                    refuse(channel);
                }
            });
        } catch (Throwable t) {
            refuse(channel);
            loop.reportFailure(t);
        }
    }

    private void setUp(ChannelConfig config) {
        config.setAllocator(shared.allocator());
        config.setWriteBufferWaterMark(NETTY_WATERMARKS);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true); // see SocketConnection.inputEnds
        if (peers != null) {
            return; // the remaining options apply to TCP only
        }
        try {
            config.setOption(ChannelOption.SO_KEEPALIVE, true); // for clients without an MQTT keep alive
            shared.eventLoops().limitUnsent(config); // TCP_NODELAY is on: Netty's default
        } catch (ChannelException e) {
            // The peer has closed the connection, which the next read reports, or this system does not know the option.
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assert loop.inLoop();
        waiting.end(this::refuse);
    }

    /** Closes a socket that is not registered. */
    private void refuse(Channel channel) {
        open.decrementAndGet();
        channel.unsafe().closeForcibly();
    }

    /**
     * Handles a failure to accept, such as a lack of file descriptors. Accepting pauses for a while, because an
     * immediate retry would keep the loop busy.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        assert loop.inLoop();
        ChannelConfig config = ctx.channel().config();
        if (config.isAutoRead()) {
            config.setAutoRead(false);
            var unused = acceptingLoop.schedule(
                    () -> config.setAutoRead(!paused), PAUSE_AFTER_FAILURE_SECONDS, TimeUnit.SECONDS);
        }
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void handshakeBegins(SocketConnection connection, Runnable goOn) {
        assert loop.inLoop();
        handshakes.begins(connection, goOn);
    }

    @Override
    public void handshakeEnded(SocketConnection connection) {
        assert loop.inLoop();
        handshakes.ended(connection);
    }

    @Override
    public void released() {
        open.decrementAndGet();
    }

    @Override
    public void register(Channel channel, Loop target, Runnable arrived, Runnable failed) {
        // The listener is added first: it runs within the registration, before the target loop reads from the channel.
        ChannelPromise registration = channel.newPromise();
        registration.addListener(registered -> {
            if (registered.isSuccess()) {
                target.run(arrived);
            } else {
                target.run(failed);
            }
        });
        shared.eventLoops().eventLoop(target.index()).register(registration);
    }

    @Override
    public SocketMemory memoryOf(Loop loop) {
        return shared.memory().get(loop.index());
    }
}
