package io.maxmq.core.transport;

import io.maxmq.core.loop.LoopThread;
import io.maxmq.core.observe.ThreadNames;
import io.netty.channel.ChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Threads of a broker's event loops. Thread-safe. */
public final class EventLoops implements AutoCloseable {
    private final List<TurnCountingLoop> loops;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final NetworkPreparation preparation;
    private final NettyTransport transport;
    private final long closeTimeoutMillis;

    /**
     * Creates the loops. The thread of a loop starts with its first task.
     *
     * @param onFailure receives an {@link OutOfMemoryError} that escaped from a task; the loop continues
     */
    public EventLoops(
            String broker, long closeTimeoutMillis, NetworkPreparation preparation, Consumer<Throwable> onFailure) {
        this.closeTimeoutMillis = closeTimeoutMillis;
        this.preparation = preparation;
        this.transport = preparation.transport();
        this.loops = new ArrayList<>(preparation.loops());
        IoHandlerFactory io = transport.ioHandlers();
        try {
            for (int i = 0; i < preparation.loops(); i++) {
                loops.add(new TurnCountingLoop(
                        new NamedThread(ThreadNames.prefix(broker) + "-loop-" + i), io, onFailure));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** {@code epoll} or {@code nio}. */
    public String name() {
        return transport.name();
    }

    EventLoop eventLoop(int index) {
        return loops.get(index);
    }

    /** Creates a server socket that is neither bound nor registered with a loop. */
    ServerChannel newServerChannel() {
        preparation.awaitChannel();
        return transport.newServerChannel();
    }

    /** Creates a local server socket that is neither bound nor registered with a loop. */
    ServerChannel newLocalServerChannel() {
        preparation.awaitChannel();
        return transport.newLocalServerChannel();
    }

    /** Bind address of a local socket. */
    SocketAddress localAddress(Path path) {
        return transport.localAddress(path);
    }

    /** Limits the unsent bytes that the kernel buffers for an accepted socket. */
    void limitUnsent(ChannelConfig accepted) {
        transport.limitUnsent(accepted);
    }

    /** Thread of the loop with this index. */
    public LoopThread thread(int index) {
        return new NettyThread(loops.get(index));
    }

    /** Shuts down all loops and waits for their threads. */
    @Override
    public void close() {
        preparation.awaitEnd();
        for (TurnCountingLoop loop : loops) {
            loop.shutdownGracefully(0, closeTimeoutMillis, TimeUnit.MILLISECONDS);
        }
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(closeTimeoutMillis);
        try {
            for (TurnCountingLoop loop : loops) {
                if (!loop.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    throw new IllegalStateException("event loops did not end within " + closeTimeoutMillis + " ms");
                }
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

    /** Creates the thread of one loop. */
    private final class NamedThread implements ThreadFactory {
        private final String name;

        NamedThread(String name) {
            this.name = name;
        }

        @Override
        public Thread newThread(Runnable task) {
            // Netty's own thread class gives its pools their fast thread-locals.
            Thread thread = new FastThreadLocalThread(task, name);
            thread.setDaemon(false);
            threads.add(thread);
            return thread;
        }
    }

    /** Event loop that counts its iterations. Each iteration handles the ready sockets first and then tasks. */
    private static final class TurnCountingLoop extends SingleThreadIoEventLoop {
        private final Consumer<Throwable> onFailure;
        private long turn;

        TurnCountingLoop(ThreadFactory thread, IoHandlerFactory io, Consumer<Throwable> onFailure) {
            // Has no group, because the features of a group are not needed and would have to be loaded.
            super(null, thread, io);
            this.onFailure = onFailure;
        }

        /**
         * Restarts the loop after an OutOfMemoryError. In Netty's own loop the error ends the thread and leaves its
         * sockets open, and nothing can close them afterwards.
         */
        @Override
        protected void run() {
            OutOfMemoryError untold = null;
            boolean ends = false;
            while (!ends) {
                try {
                    if (untold != null) {
                        onFailure.accept(untold);
                        untold = null;
                    }
                    super.run();
                    ends = true;
                } catch (OutOfMemoryError exhausted) {
                    untold = exhausted;
                }
            }
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
}
