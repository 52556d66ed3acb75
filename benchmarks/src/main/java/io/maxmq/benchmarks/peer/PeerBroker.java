package io.maxmq.benchmarks.peer;

import java.nio.file.Path;

/** A broker that {@link PeerMain} starts and stops, any number of times, in a process of its own. */
public interface PeerBroker {
    /**
     * Returns when the broker accepts connections: anonymous clients allowed, on 127.0.0.1.
     *
     * @param directory empty at the first call; for brokers that need files even in memory mode
     * @param storage how the broker keeps what it has: {@code memory}, or a word that it knows
     */
    void start(int port, Path directory, String storage) throws Exception;

    /** Records that its store has written, and how often it has forced them to the medium; -1 when unknown. */
    default long[] storeFigures() {
        return new long[] {-1, -1};
    }

    /** Returns when the port is free again. */
    void stop() throws Exception;
}
