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
 * Listener on a port or a local socket: binds, accepts connections up to its limit, and sets them up on its accepting
 * loop. Thread-safe.
 */
public final class SocketAcceptor implements AutoCloseable {
    /** Resources and settings that all acceptors of a broker share. */
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
     * Bounds of TLS handshakes.
     *
     * @param most number of concurrent handshakes of one listener
     * @param maxWait time that a socket waits for its turn
     */
    public record HandshakeLimits(int most, Duration maxWait) {}

    /** Callbacks of a listener into the broker. */
    public interface Entrance {
        /** Reason to refuse a socket; null if there is none. Called first for each socket, on its accepting loop. */
        @Nullable
        Counter refusalOf(SocketAddress remote, Loop loop);

        /**
         * Rate-limit decision for a socket. Called before the broker spends resources on the socket, on its accepting
         * loop, and again after a pause.
         */
        RateDecision admits(SocketAddress remote, String listener, Loop loop);

        /** Creates the connection of an active socket, on the loop of the socket. */
        ByteSource open(ByteSink socket, Loop loop);

        /** Reports a failed TLS handshake of a client. */
        void handshakeFailed(SocketAddress remote, String listener, String detail, Loop loop);

        /** Reports a refused WebSocket request of a client. */
        void webSocketRefused(SocketAddress remote, String listener, String detail, Loop loop);
    }

    private final Endpoint settings;
    private final Loop loop;
    private final Shared shared;

    /** Null for a port. */
    private final @Nullable SocketFile file;

    /** Peer address of all connections of a local socket; null for a port, where each connection has its own. */
    private final @Nullable SocketAddress peers;

    private final AcceptedSockets accepting;
    private volatile @Nullable Channel server;

    /**
     * @param layer the protocol layer below the connections
     * @param loop the accepting loop; connections stay on it until they move to the loops of their sessions
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
     * Binds the socket. Resolves a host name first, which may block.
     *
     * @param workers run the file operations of a local socket
     * @return the bound address, or a failure with the error of the operating system
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

    /** Listener for the registration and then for the binding. */
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

    /** Stops accepting; open connections stay. Waits until the port is free or the file is removed. */
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
     * Stops accepting without waiting. The result completes on the accepting loop when the port is free.
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
            removal.run(); // the workers are shutting down or overloaded
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
     * Pauses accepting; open connections stay. The operating system still completes connections up to the backlog,
     * where they wait.
     *
     * @return completes on the accepting loop when accepting is paused; true if the state has changed
     */
    public CompletionStage<Boolean> pause() {
        return accept(false);
    }

    /** Resumes accepting, first the connections in the backlog. */
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

    /** True while accepting is paused. */
    public boolean isPaused() {
        return accepting.isPaused();
    }

    /** Number of open connections. */
    public int connections() {
        return accepting.connections();
    }
}
