package io.maxmq.core.bootstrap;

import io.maxmq.core.connection.ByteSink;
import io.maxmq.core.connection.ByteSource;
import io.maxmq.core.connection.Connections;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.transport.SocketAcceptor;
import io.maxmq.spi.limit.RateDecision;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The entry from the listeners to the broker's connections. */
record ConnectionEntry(Connections connections) implements SocketAcceptor.Entrance {
    @Override
    public @Nullable Counter refusalOf(SocketAddress remote, Loop loop) {
        return connections.refusalOf(remote, loop);
    }

    @Override
    public RateDecision admits(SocketAddress remote, String listener, Loop loop) {
        return connections.admits(remote, listener, loop);
    }

    @Override
    public ByteSource open(ByteSink socket, Loop loop) {
        return connections.open(socket, loop);
    }

    @Override
    public void handshakeFailed(SocketAddress remote, String listener, String detail, Loop loop) {
        connections.handshakeFailed(remote, listener, detail, loop);
    }

    @Override
    public void webSocketRefused(SocketAddress remote, String listener, String detail, Loop loop) {
        connections.webSocketRefused(remote, listener, detail, loop);
    }
}
