package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.peer.PeerBroker;
import io.maxmq.benchmarks.peer.PeerMain;
import java.nio.file.Path;

/** MaxMQ with default settings and anonymous clients, in memory. */
public final class MaxMqPeer implements PeerBroker {
    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new MaxMqPeer());
    }

    @Override
    public void start(int port, Path directory) {
        throw new UnsupportedOperationException("this version has no broker yet");
    }

    @Override
    public void stop() {}
}
