package io.maxmq.core.bootstrap;

import io.maxmq.core.connection.Connections;
import io.maxmq.core.engine.EveryLoop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.session.GroupQueues;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Ends what a broker that closes has of its clients: the connections first, later the sessions. On the closing thread. */
final class ClientShutdown {
    private final EveryLoop everyLoop;
    private final Connections connections;
    private final GroupQueues groupQueues;
    private final Duration closeTimeout;
    private final boolean stored;

    /** @param stored whether there is a storage to write to */
    ClientShutdown(
            EveryLoop everyLoop,
            Connections connections,
            GroupQueues groupQueues,
            Duration closeTimeout,
            boolean stored) {
        this.everyLoop = everyLoop;
        this.connections = connections;
        this.groupQueues = groupQueues;
        this.closeTimeout = closeTimeout;
        this.stored = stored;
    }

    void endConnections() {
        everyLoop.run(each -> connections.shutDown(each.loop()));
        // The time for the last packets to leave; clients that do not read them are closed.
        long deadlineNanos = System.nanoTime() + closeTimeout.toNanos() / 2;
        while (everyLoop.sum(Counter.CONNECTIONS) > 0 && System.nanoTime() < deadlineNanos) {
            // Again: one may have been on its way from one loop to another.
            everyLoop.run(each -> connections.shutDown(each.loop()));
        }
        if (everyLoop.sum(Counter.CONNECTIONS) > 0) {
            // Not left to the loops: one that has nothing to do may end without closing its channels.
            everyLoop.run(each -> connections.cutOff(each.loop()));
        }
    }

    void endSessions() {
        groupQueues.close();
        everyLoop.run(each -> each.sessions().beginClosing());
        everyLoop.run(each -> each.sessions().close());
        if (stored) {
            awaitWrites();
        }
        everyLoop.run(each -> {
            each.loop().credit().close();
            each.loop().networkCredit().close();
        });
    }

    /** Submits pending writes and waits for them, so that their clients can still be answered. */
    private void awaitWrites() {
        CountDownLatch written = new CountDownLatch(everyLoop.count());
        everyLoop.run(each -> {
            LoopRecords records = each.sessions().records();
            if (records == null) {
                written.countDown();
            } else {
                records.close();
                records.store().afterWritten(written::countDown);
            }
        });
        everyLoop.await(written);
    }
}
