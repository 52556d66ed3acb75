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
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the sockets that come to one listener: refuses those that are too many or not let in, has others come later, and sets
 * the rest up as connections on the accepting loop, where they stay until CONNECT names the session's: one move at most, no wake-up
 * before.
 *
 * <p>Runs on the accepting loop, but for {@link #released}, {@link #register} and {@link #memoryOf}: where the connection is by then.
 * Not thread-safe.
 */
final class AcceptedSockets extends TailHandler implements SocketConnection.Acceptance {
    /** Only isWritable of Netty's depends on these; the broker has its own watermarks. */
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

    /** Accepted and not gone, those that wait included. */
    private final AtomicInteger open = new AtomicInteger();

    /** Written on the loop, read also by others. */
    private volatile boolean paused;

    /**
     * @param layer what stands below the connections
     * @param peers what stands for the addresses of who connects to a local socket; null for a port, where each has its own
     * @param loop accepts
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

    /** Notes that nobody is accepted for now, or somebody again; whether that is new. On the loop. */
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

    /** How many sockets there are. Any thread. */
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
            return; // the rest is about TCP
        }
        try {
            config.setOption(ChannelOption.SO_KEEPALIVE, true); // for clients without an MQTT keep alive
            shared.eventLoops().limitUnsent(config); // TCP_NODELAY is on: Netty's default
        } catch (ChannelException e) {
            // The peer has gone already, as reading will tell; or this system does not know the option.
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

    /** Accepting has failed, for want of file descriptors perhaps: trying again at once would keep the loop busy. */
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
        shared.eventLoops().eventLoop(target.index()).register(channel).addListener(registered -> {
            if (registered.isSuccess()) {
                target.run(arrived);
            } else {
                target.run(failed);
            }
        });
    }

    @Override
    public SocketMemory memoryOf(Loop loop) {
        return shared.memory().get(loop.index());
    }
}
