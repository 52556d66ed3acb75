package io.maxmq.core.transport;

import io.maxmq.config.TcpListener;
import io.maxmq.core.connection.ByteSink;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.loop.Loop;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A TCP listener: binds, accepts up to its limit of connections, and gives each to a loop. Thread-safe.
 */
public final class TcpAcceptor {
    /** What all acceptors of a broker share. */
    public record Shared(
            EventLoops eventLoops,
            List<SocketMemory> memory,
            ByteBufAllocator allocator,
            int lowWatermarkBytes,
            int highWatermarkBytes,
            Duration slowConsumerTimeout,
            Admission admission,
            BiFunction<ByteSink, Loop, ByteSource> connect) {}

    /** Asked for each socket before anything is spent on it; on the loop that it came to. */
    @FunctionalInterface
    public interface Admission {
        boolean admits(SocketAddress remote, String listener, Loop loop);
    }

    private final TcpListener settings;
    private final Loop loop;
    private final Shared shared;
    private final AtomicInteger open = new AtomicInteger();
    private volatile @Nullable Channel server;

    /** @param loop accepts, and has the connections until they move to the loops of their sessions */
    public TcpAcceptor(TcpListener settings, Loop loop, Shared shared) {
        this.settings = settings;
        this.loop = loop;
        this.shared = shared;
    }

    /** Binds; completes with the bound address, or fails with what the operating system says. */
    public CompletionStage<InetSocketAddress> open() {
        EventLoop acceptingLoop = shared.eventLoops().eventLoop(loop.index());
        ServerBootstrap bootstrap = new ServerBootstrap()
                // Its sockets stay on its loop until CONNECT names the session's: one move at most, no wake-up before.
                .group(acceptingLoop, acceptingLoop)
                .channel(shared.eventLoops().serverChannel())
                .option(ChannelOption.SO_BACKLOG, settings.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, shared.allocator())
                // Only isWritable of Netty's depends on these; the broker has its own watermarks.
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 29, 1 << 30))
                .childHandler(new Accepting());
        shared.eventLoops().limitUnsent(bootstrap);
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        ChannelFuture binding = bootstrap.bind(settings.host(), settings.port());
        binding.addListener(done -> {
            if (done.isSuccess()) {
                server = binding.channel();
                bound.complete((InetSocketAddress) binding.channel().localAddress());
            } else {
                bound.completeExceptionally(done.cause());
            }
        });
        return bound;
    }

    /** Stops accepting; connections stay. Waits until the port is free. */
    public void close() {
        Channel bound = server;
        if (bound != null) {
            server = null;
            try {
                bound.close().syncUninterruptibly();
            } catch (CompletionException e) {
                throw new IllegalStateException("cannot close listener " + settings.name(), e);
            }
        }
    }

    /** How many of its connections are open. */
    public int connections() {
        return open.get();
    }

    private final class Accepting extends ChannelInitializer<Channel> implements SocketConnection.Acceptance {
        private final SocketConnection.Settings connectionSettings = new SocketConnection.Settings(
                settings.name(), shared.lowWatermarkBytes(), shared.highWatermarkBytes(), shared.slowConsumerTimeout());

        @Override
        protected void initChannel(Channel channel) {
            if (open.incrementAndGet() > settings.maxConnections()
                    || !shared.admission().admits(channel.remoteAddress(), settings.name(), loop)) {
                open.decrementAndGet();
                channel.close();
                return;
            }
            channel.pipeline().addLast(new SocketConnection(connectionSettings, loop, shared.connect(), this));
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
}
