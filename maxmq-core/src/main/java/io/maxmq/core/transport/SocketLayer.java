package io.maxmq.core.transport;

import io.netty.channel.Channel;

/** What stands between the sockets of a listener and their connections. Thread-safe. */
public interface SocketLayer {
    /** Nothing. */
    SocketLayer NONE = (channel, connection) -> {};

    /** Adds what one connection needs below it, to the channel of an accepted socket that is not registered yet. */
    void addTo(Channel channel, SocketConnection connection);
}
