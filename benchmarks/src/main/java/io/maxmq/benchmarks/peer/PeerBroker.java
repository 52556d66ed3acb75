package io.maxmq.benchmarks.peer;

import java.nio.file.Path;

/** A broker that {@link PeerMain} starts and stops, any number of times, in a process of its own. */
public interface PeerBroker {
    /**
     * Returns when the broker accepts connections: in memory, anonymous clients allowed, on 127.0.0.1.
     *
     * @param directory empty at the first call; for brokers that need files even in memory mode
     */
    void start(int port, Path directory) throws Exception;

    /** Returns when the port is free again. */
    void stop() throws Exception;
}
