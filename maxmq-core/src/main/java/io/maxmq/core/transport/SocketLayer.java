package io.maxmq.core.transport;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What stands between the sockets of a listener and their connections. Thread-safe. */
public interface SocketLayer {
    /** Nothing. */
    SocketLayer NONE = (channel, connection) -> {};

    /** Whether who is at that address will say whom it speaks for: then whether that may come in is asked later. */
    default boolean speaksForOthers(@Nullable SocketAddress remote) {
        return false;
    }

    /** Adds what one connection needs below it, to the channel of an accepted socket that is not registered yet. */
    void addTo(Channel channel, SocketConnection connection);
}
