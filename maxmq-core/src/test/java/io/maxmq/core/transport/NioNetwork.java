package io.maxmq.core.transport;

/** A network without native libraries, wherever they are. */
public final class NioNetwork {
    private NioNetwork() {}

    public static NetworkPreparation of(String broker, int loops) {
        return new NetworkPreparation(broker, loops, NioTransport::new);
    }
}
