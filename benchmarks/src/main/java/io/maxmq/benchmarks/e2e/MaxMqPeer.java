package io.maxmq.benchmarks.e2e;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.benchmarks.peer.PeerBroker;
import io.maxmq.benchmarks.peer.PeerMain;
import io.maxmq.config.Listener;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.storage.RocksDbStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * MaxMQ in memory or with RocksDB, and with its default settings, all limits included. Anonymous clients are let in, and an authorizer is asked
 * what each may do, as in a broker that has one; or, in memory, with everything on.
 */
public final class MaxMqPeer implements PeerBroker {
    /** In memory, with what {@link FeaturesOn#guard} adds. */
    static final String GUARDED = "guarded";

    /** In memory, with what {@link FeaturesOn} adds. */
    static final String FEATURES = "features";

    private @Nullable MaxMQ broker;
    private @Nullable RocksDbStorage store;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new MaxMqPeer());
    }

    @Override
    public void start(int port, Path directory, String storage) {
        MaxMQBuilder builder = MaxMQ.builder().listener(Listener.tcp(port)).allowAnonymous();
        if (storage.equals(FEATURES)) {
            FeaturesOn.add(builder);
        } else if (storage.equals(GUARDED)) {
            FeaturesOn.guard(builder);
        } else {
            builder.authorizer((client, action) -> Authorization.allowed().stage());
        }
        if (!List.of("memory", FEATURES, GUARDED).contains(storage)) {
            store = RocksDbStorage.at(directory.resolve("data"))
                    .durability(Durability.valueOf(storage.toUpperCase(Locale.ROOT)));
            builder.storage(store);
        }
        broker = builder.start();
    }

    @Override
    public long[] storeFigures() {
        if (store == null) {
            return PeerBroker.super.storeFigures();
        }
        StorageFigures figures = store.figures();
        return new long[] {figures.mutations(), figures.syncs()};
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
