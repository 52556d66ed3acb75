package io.maxmq.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Path;

/** A kind of broker that the harness can start, each time afresh and in a process of its own. */
interface MeasuredBroker {
    /** As given to {@code --brokers}. */
    String id();

    /** As in the table, with the version where it is known. */
    String title();

    /**
     * Returns the events that an acknowledged message survives by the broker's own promise; empty when everything is in
     * memory.
     */
    String promise();

    /** Gets ready what takes long: builds the peer, looks for the program. Called once. */
    void prepare() throws IOException, InterruptedException;

    /**
     * Returns when the broker accepts connections.
     *
     * @param directory empty, removed after the run
     */
    BrokerProcess start(Path directory) throws IOException, InterruptedException;
}
