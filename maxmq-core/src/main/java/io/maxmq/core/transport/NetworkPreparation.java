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
 * What the network takes, prepared while the broker is being assembled: two thirds of what a JVM's first start has to load
 * belong to it, so it is worth a thread of its own, which ends by itself. Later starts find all of it loaded.
 *
 * <p>Thread-safe. What fails is thrown at whoever asks for it.
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
     * Begins. The thread is a daemon and has nothing to give back.
     *
     * @param loops 0 for one per processor; at most 64
     */
    public NetworkPreparation(String broker, int loops) {
        this(broker, loops, NettyTransport::choose);
    }

    /** With another choice of transport. */
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
                // Arenas of its own: what the broker takes is bounded by its budget, and goes with it.
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

        /** Those that are complete stay so. */
        private void fail(Throwable t) {
            loggers.completeExceptionally(t);
            transport.completeExceptionally(t);
            allocator.completeExceptionally(t);
            channel.completeExceptionally(t);
        }
    }

    /** As good as a listener's for loading what that needs. */
    private static final class Nothing extends TailHandler {}

    /** How many event loops there are to be. */
    public int loops() {
        return loops;
    }

    /** Waits until loggers may be asked for: while one thread looks for the backend, slf4j gives others makeshift ones. */
    public void awaitLoggers() {
        await(loggers);
    }

    NettyTransport transport() {
        return await(transport);
    }

    /** What all connections of the broker take their buffers from. */
    public ByteBufAllocator allocator() {
        return await(allocator);
    }

    /** Waits until server channels can be made. */
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
