package io.maxmq.core.transport;

import io.maxmq.core.loop.LoopThread;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that a broker's loops run on: epoll where its native library is on the class path and may be loaded without
 * a warning, else NIO. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<TurnCountingLoop> loops;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final boolean epoll;
    private final long closeTimeoutMillis;

    /** A loop's thread starts with its first task. */
    public EventLoops(String broker, int count, long closeTimeoutMillis) {
        this.closeTimeoutMillis = closeTimeoutMillis;
        this.epoll = NativeAccess.isSilent() && EpollPresence.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = new Group(count, named(broker), io);
        this.loops = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            loops.add((TurnCountingLoop) group.next());
        }
        // While the caller assembles the rest, a loop's thread loads what accepting needs: a third of a JVM's first
        // start.
        loops.get(count - 1).execute(this::loadChannel);
    }

    private void loadChannel() {
        try {
            Channel unbound = epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
            unbound.unsafe().closeForcibly();
        } catch (RuntimeException e) {
            // Opening the listener will say what is wrong.
        }
    }

    private ThreadFactory named(String broker) {
        AtomicInteger next = new AtomicInteger();
        return task -> {
            // Netty's own thread class gives its pools their fast thread-locals.
            Thread thread = new io.netty.util.concurrent.FastThreadLocalThread(
                    task, "maxmq-" + broker + "-loop-" + next.getAndIncrement());
            thread.setDaemon(false);
            threads.add(thread);
            return thread;
        };
    }

    /** {@code epoll} or {@code nio}. */
    public String name() {
        return epoll ? "epoll" : "nio";
    }

    EventLoop eventLoop(int index) {
        return loops.get(index);
    }

    Class<? extends ServerSocketChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /**
     * Has the kernel take little ahead of what it can send: else it holds megabytes for a peer that reads nothing, and
     * takes no more from one that reads slowly until it has sent a third of them, so that the two look alike for long.
     */
    void limitUnsent(ServerBootstrap bootstrap) {
        if (epoll) {
            EpollPresence.limitUnsent(bootstrap);
        }
    }

    /** The thread behind the loop of this index. */
    public LoopThread thread(int index) {
        return new NettyThread(loops.get(index));
    }

    /** Ends all loops and waits for their threads. */
    @Override
    public void close() {
        group.shutdownGracefully(0, closeTimeoutMillis, TimeUnit.MILLISECONDS);
        try {
            if (!group.awaitTermination(closeTimeoutMillis, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("event loops did not end within " + closeTimeoutMillis + " ms");
            }
            // A loop has terminated a little before its thread.
            for (Thread thread : threads) {
                if (thread != Thread.currentThread()) {
                    thread.join(closeTimeoutMillis);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {
        Group(int count, ThreadFactory threads, IoHandlerFactory io) {
            super(count, threads, io);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... args) {
            return new TurnCountingLoop(this, executor, io);
        }
    }

    /** Counts its turns: each begins with what the sockets have, and goes on with tasks. */
    private static final class TurnCountingLoop extends SingleThreadIoEventLoop {
        private long turn;

        TurnCountingLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory io) {
            super(parent, executor, io);
        }

        @Override
        protected int runIo() {
            turn++;
            return super.runIo();
        }
    }

    private record NettyThread(TurnCountingLoop loop) implements LoopThread {
        @Override
        public long turn() {
            return loop.turn;
        }

        @Override
        public boolean inLoop() {
            return loop.inEventLoop();
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Apart, so that Netty's epoll classes load only when asked for. */
    private static final class EpollPresence {
        private static final long MAX_UNSENT_BYTES = 128 * 1024;

        static void limitUnsent(ServerBootstrap bootstrap) {
            bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES);
        }

        /** Looks for the library before Netty does: its search for one that is not there takes longer. */
        static boolean isAvailable() {
            return (isPresent("x86_64") || isPresent("aarch_64")) && Epoll.isAvailable();
        }

        private static boolean isPresent(String architecture) {
            String library = "META-INF/native/libnetty_transport_native_epoll_" + architecture + ".so";
            return Epoll.class.getClassLoader().getResource(library) != null;
        }
    }
}
