package io.maxmq.core.transport;

import io.maxmq.core.connection.ByteSink;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.spi.limit.RateDecision;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A listener on a port or a local socket: binds, accepts up to its limit of connections, and gives each to a loop. Thread-safe.
 */
public final class SocketAcceptor implements AutoCloseable {
    /** What all acceptors of a broker share. */
    public record Shared(
            EventLoops eventLoops,
            List<SocketMemory> memory,
            ByteBufAllocator allocator,
            int lowWatermarkBytes,
            int highWatermarkBytes,
            Duration slowConsumerTimeout,
            HandshakeLimits handshakes,
            Entrance entrance) {}

    /**
     * How TLS handshakes are bounded.
     *
     * @param most of one listener at a time
     * @param maxWait how long a socket waits for its turn
     */
    public record HandshakeLimits(int most, Duration maxWait) {}

    /** What is behind the listener. */
    public interface Entrance {
        /** Why a socket is refused, null when it is not; asked for each first of all, on the loop that it came to. */
        @Nullable
        Counter refusalOf(SocketAddress remote, Loop loop);

        /** Asked for each socket before anything is spent on it; on the loop that it came to. After a pause it is asked again. */
        RateDecision admits(SocketAddress remote, String listener, Loop loop);

        /** Makes the connection of a socket once that is active; on its loop. */
        ByteSource open(ByteSink socket, Loop loop);

        /** A client has not got through the TLS handshake. */
        void handshakeFailed(SocketAddress remote, String listener, String detail, Loop loop);

        /** A client has asked for something else than a WebSocket that is here. */
        void webSocketRefused(SocketAddress remote, String listener, String detail, Loop loop);
    }

    private final Endpoint settings;
    private final Loop loop;
    private final Shared shared;

    /** Null for a port. */
    private final @Nullable SocketFile file;

    /** What stands for the addresses of who connects to a local socket; null for a port, where each has its own. */
    private final @Nullable SocketAddress peers;

    private final AcceptedSockets accepting;
    private volatile @Nullable Channel server;

    /**
     * @param layer what stands below the connections
     * @param loop accepts, and has the connections until they move to the loops of their sessions
     */
    public SocketAcceptor(Endpoint settings, SocketLayer layer, Loop loop, Shared shared) {
        this.settings = settings;
        this.loop = loop;
        this.shared = shared;
        if (settings.site() instanceof Endpoint.LocalFile local) {
            this.file = new SocketFile(local.path(), local.permissions());
            this.peers = UnixDomainSocketAddress.of(local.path());
        } else {
            this.file = null;
            this.peers = null;
        }
        this.accepting = new AcceptedSockets(settings, layer, peers, loop, shared);
    }

    /**
     * Binds; looks a host's name up first, which may block.
     *
     * @param workers do what a local socket has to do with files
     * @return the bound address, or fails with what the operating system says
     */
    public CompletionStage<SocketAddress> open(Executor workers) {
        if (settings.site() instanceof Endpoint.Port port) {
            return bind(new InetSocketAddress(port.host(), port.port()));
        }
        SocketFile made = Objects.requireNonNull(file);
        SocketAddress address = Objects.requireNonNull(peers);
        CompletableFuture<SocketAddress> opened = new CompletableFuture<>();
        CompletableFuture.supplyAsync(() -> unchecked(made::prepare), workers)
                .thenCompose(at -> bind(shared.eventLoops().localAddress(at)))
                .thenApplyAsync(
                        bound -> unchecked(() -> {
                            made.publish();
                            return address;
                        }),
                        workers)
                .whenComplete((published, failure) -> {
                    if (failure == null) {
                        opened.complete(published);
                    } else {
                        closeLater(workers).whenComplete((done, ignored) -> opened.completeExceptionally(failure));
                    }
                });
        return opened;
    }

    private static <T> T unchecked(Callable<T> fileWork) {
        try {
            return fileWork.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private CompletableFuture<SocketAddress> bind(SocketAddress address) {
        CompletableFuture<SocketAddress> bound = new CompletableFuture<>();
        EventLoop acceptingLoop = shared.eventLoops().eventLoop(loop.index());
        ServerChannel channel;
        try {
            channel = newChannel(acceptingLoop);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        acceptingLoop.register(channel).addListener(new Opening(channel, address, bound));
        return bound;
    }

    /** Listens to the registration, then to the binding. */
    private final class Opening implements ChannelFutureListener {
        private final ServerChannel channel;
        private final SocketAddress address;
        private final CompletableFuture<SocketAddress> bound;
        private boolean registered;

        Opening(ServerChannel channel, SocketAddress address, CompletableFuture<SocketAddress> bound) {
            this.channel = channel;
            this.address = address;
            this.bound = bound;
        }

        @Override
        public void operationComplete(ChannelFuture step) {
            if (!step.isSuccess()) {
                if (registered) {
                    channel.close();
                } else {
                    channel.unsafe().closeForcibly();
                }
                bound.completeExceptionally(step.cause());
            } else if (!registered) {
                registered = true;
                channel.bind(address).addListener(this);
            } else {
                server = channel;
                bound.complete(channel.localAddress());
            }
        }
    }

    private ServerChannel newChannel(EventLoop acceptingLoop) {
        EventLoops eventLoops = shared.eventLoops();
        ServerChannel channel = file == null ? eventLoops.newServerChannel() : eventLoops.newLocalServerChannel();
        try {
            channel.config().setOption(ChannelOption.SO_BACKLOG, settings.backlog());
            if (file == null) {
                channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
            }
            channel.pipeline().addLast(accepting);
        } catch (RuntimeException e) {
            channel.unsafe().closeForcibly();
            throw e;
        }
        return channel;
    }

    /** Stops accepting; connections stay. Waits until the port is free, or the file is gone. */
    @Override
    public void close() {
        SocketFile made = file;
        try {
            if (made != null) {
                made.remove();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(notRemoved(), e);
        } finally {
            closeServer();
        }
    }

    private String notRemoved() {
        return "cannot remove the file of listener " + settings.name();
    }

    private void closeServer() {
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

    /**
     * The same without waiting: completes on the accepting loop when the port is free.
     *
     * @param workers remove the file of a local socket
     */
    public CompletionStage<Void> closeLater(Executor workers) {
        SocketFile made = file;
        if (made == null) {
            return closeServerLater();
        }
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Runnable removal = () -> {
            try {
                made.remove();
                gone.complete(null);
            } catch (IOException e) {
                gone.completeExceptionally(new UncheckedIOException(notRemoved(), e));
            }
        };
        try {
            workers.execute(removal);
        } catch (RejectedExecutionException e) {
            removal.run(); // they are ending, or have too much to do
        }
        return gone.handle((done, failure) -> closeServerLater().thenCompose(closed -> gone))
                .thenCompose(Function.identity());
    }

    private CompletableFuture<Void> closeServerLater() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Channel bound = server;
        server = null;
        if (bound == null) {
            closed.complete(null);
            return closed;
        }
        bound.close().addListener(done -> {
            if (done.isSuccess()) {
                closed.complete(null);
            } else {
                closed.completeExceptionally(
                        new IllegalStateException("cannot close listener " + settings.name(), done.cause()));
            }
        });
        return closed;
    }

    /**
     * Accepts no more; connections stay. The operating system still lets clients in up to the backlog, where they wait.
     *
     * @return completes on the accepting loop when that is so: whether it was not so before
     */
    public CompletionStage<Boolean> pause() {
        return accept(false);
    }

    /** Accepts again, first those who have waited. */
    public CompletionStage<Boolean> resume() {
        return accept(true);
    }

    private CompletionStage<Boolean> accept(boolean accepts) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.execute(() -> {
            boolean changed = accepting.pause(!accepts);
            Channel bound = server;
            if (bound != null) {
                bound.config().setAutoRead(accepts);
            }
            done.complete(changed);
        });
        return done;
    }

    /** Whether it accepts nobody for now. */
    public boolean isPaused() {
        return accepting.isPaused();
    }

    /** How many of its connections are open. */
    public int connections() {
        return accepting.connections();
    }
}
