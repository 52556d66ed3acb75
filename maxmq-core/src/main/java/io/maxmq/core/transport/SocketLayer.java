package io.maxmq.core.transport;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Protocol layer between the sockets of a listener and their connections. Thread-safe. */
public interface SocketLayer {
    /** No layer. */
    SocketLayer NONE = (channel, connection) -> {};

    /**
     * True if the peer at this address names the client it speaks for; the admission of that client is checked later.
     */
    default boolean speaksForOthers(@Nullable SocketAddress remote) {
        return false;
    }

    /** Adds the handlers of one connection to the channel of an accepted socket that is not registered yet. */
    void addTo(Channel channel, SocketConnection connection);
}
