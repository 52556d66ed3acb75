package io.maxmq.core.transport;

import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.ThreadNames;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ServerChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Prepares the network classes in a thread of its own while the broker is being assembled. They are two thirds of the
 * classes that a JVM loads at its first start. The thread ends by itself; later starts find all classes loaded.
 *
 * <p>Thread-safe. A failure is thrown to each caller that waits for the failed part.
 */
public final class NetworkPreparation {
    private static final int MAX_LOOPS = 64;

    private final Supplier<NettyTransport> choice;
    private final int loops;
    private final CompletableFuture<Boolean> loggers = new CompletableFuture<>();
    private final CompletableFuture<NettyTransport> transport = new CompletableFuture<>();
    private final CompletableFuture<ByteBufAllocator> allocator = new CompletableFuture<>();
    private final CompletableFuture<Boolean> channel = new CompletableFuture<>();
    private final Thread thread;

    /**
     * Starts the preparation. The thread is a daemon and holds no resources.
     *
     * @param loops number of event loops, at most 64; 0 for one per processor
     */
    public NetworkPreparation(String broker, int loops) {
        this(broker, loops, NettyTransport::choose);
    }

    /** Starts the preparation with another choice of transport. */
    NetworkPreparation(String broker, int loops, Supplier<NettyTransport> choice) {
        this.choice = choice;
        this.loops = Math.min(MAX_LOOPS, loops == 0 ? Runtime.getRuntime().availableProcessors() : loops);
        this.thread = new Thread(new Work(), ThreadNames.prefix(broker) + "-start");
        thread.setDaemon(true);
        thread.start();
    }

    private final class Work implements Runnable {
        @Override
        public void run() {
            try {
                Loggers.prepare();
                loggers.complete(true);
                NettyVersion.check();
                NettyTransport chosen = choice.get();
                transport.complete(chosen);
                // Separate arenas: the broker's budget bounds their memory, and they are released together with the
                // broker.
                allocator.complete(new PooledByteBufAllocator(true, 0, loops, 8192, 7, 0, 64, true));
                ServerChannel unbound = chosen.newServerChannel();
                unbound.pipeline().addLast(new Nothing());
                unbound.unsafe().closeForcibly();
                channel.complete(true);
            } catch (LinkageError e) {
                fail(NettyVersion.explain(e));
            } catch (Throwable t) {
                fail(t);
            }
        }

        /** Fails the parts that are not complete. */
        private void fail(Throwable t) {
            loggers.completeExceptionally(t);
            transport.completeExceptionally(t);
            allocator.completeExceptionally(t);
            channel.completeExceptionally(t);
        }
    }

    /** Handler without behavior that loads the same classes as a listener's handler. */
    private static final class Nothing extends TailHandler {}

    /** Number of event loops. */
    public int loops() {
        return loops;
    }

    /**
     * Waits until loggers can be created. While one thread initializes the backend, slf4j gives other threads
     * substitute loggers.
     */
    public void awaitLoggers() {
        await(loggers);
    }

    NettyTransport transport() {
        return await(transport);
    }

    /** Allocator of the buffers of all connections of the broker. */
    public ByteBufAllocator allocator() {
        return await(allocator);
    }

    /** Waits until server channels can be created. */
    void awaitChannel() {
        await(channel);
    }

    /** Waits until the thread has ended. */
    void awaitEnd() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(CompletableFuture<T> part) {
        try {
            return part.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }
}
