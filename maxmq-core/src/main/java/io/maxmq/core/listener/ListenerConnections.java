package io.maxmq.core.listener;

import io.maxmq.core.connection.Connections;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.tls.Revocations;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The accepted connections of one listener, on all loops. Thread-safe. */
final class ListenerConnections {
    private final String listener;
    private final Loop acceptingLoop;
    private final List<LoopAssembly> loops;
    private final Connections connections;

    ListenerConnections(String listener, Loop acceptingLoop, List<LoopAssembly> loops, Connections connections) {
        this.listener = listener;
        this.acceptingLoop = acceptingLoop;
        this.loops = loops;
        this.connections = connections;
    }

    String listener() {
        return listener;
    }

    /** Sets the revocation lists: clients with a certificate that they revoke are refused from now on. */
    void revoke(Revocations lists) {
        connections.revoke(listener, lists);
    }

    /** Closes all connections. */
    CompletableFuture<Void> end() {
        return twiceOnEachLoop(loop -> {
            connections.endOf(listener, loop);
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Closes the connections of clients with a revoked certificate. */
    CompletableFuture<Void> endRevoked() {
        return twiceOnEachLoop(loop -> connections.endRevoked(listener, loop));
    }

    /** Runs the task twice per loop: during the first run a connection may be moving from one loop to another. */
    private CompletableFuture<Void> twiceOnEachLoop(Function<Loop, CompletableFuture<Void>> task) {
        return onEachLoop(task).thenCompose(once -> onEachLoop(task));
    }

    /**
     * Runs the task on the accepting loop first: connections move from there to the loops of their sessions, never
     * back.
     */
    private CompletableFuture<Void> onEachLoop(Function<Loop, CompletableFuture<Void>> task) {
        CompletableFuture<Void> all = onLoop(acceptingLoop, task);
        for (LoopAssembly each : loops) {
            if (each.loop() != acceptingLoop) {
                all = all.thenCompose(done -> onLoop(each.loop(), task));
            }
        }
        return all;
    }

    private static CompletableFuture<Void> onLoop(Loop loop, Function<Loop, CompletableFuture<Void>> task) {
        return CompletableFuture.supplyAsync(() -> task.apply(loop), loop::execute)
                .thenCompose(Function.identity())
                .exceptionally(failure -> {
                    loop.reportFailure(failure);
                    return null;
                });
    }
}
