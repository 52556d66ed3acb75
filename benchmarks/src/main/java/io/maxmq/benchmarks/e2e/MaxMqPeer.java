package io.maxmq.benchmarks.e2e;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.benchmarks.peer.PeerBroker;
import io.maxmq.benchmarks.peer.PeerMain;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
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
 * what each may do, as in a broker that has one; or, in memory, with everything on, or over TLS or WebSocket.
 */
public final class MaxMqPeer implements PeerBroker {
    /** In memory, with what {@link FeaturesOn#guard} adds. */
    static final String GUARDED = "guarded";

    /** In memory, with what {@link FeaturesOn} adds. */
    static final String FEATURES = "features";

    /** In memory, over TLS of the JDK. */
    static final String TLS = "tls";

    /** In memory, over TLS of netty-tcnative. */
    static final String OPENSSL = "openssl";

    /** In memory, over WebSocket. */
    static final String WEB_SOCKET = "ws";

    private static final List<String> IN_MEMORY = List.of("memory", GUARDED, FEATURES, TLS, OPENSSL, WEB_SOCKET);

    private @Nullable MaxMQ broker;
    private @Nullable RocksDbStorage store;

    public static void main(String[] args) throws Exception {
        PeerMain.run(args, new MaxMqPeer());
    }

    @Override
    public void start(int port, Path directory, String storage) {
        MaxMQBuilder builder =
                MaxMQ.builder().listener(listener(port, directory, storage)).allowAnonymous();
        if (storage.equals(FEATURES)) {
            FeaturesOn.add(builder);
        } else if (storage.equals(GUARDED)) {
            FeaturesOn.guard(builder);
        } else {
            builder.authorizer((client, action) -> Authorization.allowed().stage());
        }
        if (!IN_MEMORY.contains(storage)) {
            store = RocksDbStorage.at(directory.resolve("data"))
                    .durability(Durability.valueOf(storage.toUpperCase(Locale.ROOT)));
            builder.storage(store);
        }
        broker = builder.start();
    }

    private static Listener listener(int port, Path directory, String mode) {
        if (mode.equals(WEB_SOCKET)) {
            return Listener.webSocket(port);
        }
        if (!mode.equals(TLS) && !mode.equals(OPENSSL)) {
            return Listener.tcp(port);
        }
        Tls tls = Tls.pem(Certificate.chainIn(directory), Certificate.keyIn(directory))
                .withProvider(mode.equals(TLS) ? Tls.Provider.JDK : Tls.Provider.OPENSSL);
        return Listener.tls(port, tls);
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
