package io.maxmq.benchmarks.e2e;

import io.maxmq.MaxMQ;
import io.maxmq.benchmarks.peer.PeerBroker;
import io.maxmq.benchmarks.peer.PeerMain;
import io.maxmq.config.Listener;
import io.maxmq.spi.auth.Authorization;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * MaxMQ in memory with its default settings, all limits included. Anonymous clients are let in, and an authorizer is asked
 * what each may do, as in a broker that has one.
 */
public final class MaxMqPeer implements PeerBroker {
    private @Nullable MaxMQ broker;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new MaxMqPeer());
    }

    @Override
    public void start(int port, Path directory) {
        broker = MaxMQ.builder()
                .listener(Listener.tcp(port))
                .allowAnonymous()
                .authorizer((client, action) -> Authorization.allowed().stage())
                .start();
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
