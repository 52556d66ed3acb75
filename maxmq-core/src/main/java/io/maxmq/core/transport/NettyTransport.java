package io.maxmq.core.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;
import java.nio.file.Path;

/** Netty's way to the operating system's sockets. Immutable. */
interface NettyTransport {
    /** Epoll where its native library is on the class path and may be loaded without a warning, else NIO. */
    static NettyTransport choose() {
        return NativeAccess.isSilent() && EpollTransport.isAvailable() ? new EpollTransport() : new NioTransport();
    }

    /** {@code epoll} or {@code nio}. */
    String name();

    IoHandlerFactory ioHandlers();

    /** A server socket, neither bound nor registered with a loop. */
    ServerChannel newServerChannel();

    /** The same for a local socket. */
    ServerChannel newLocalServerChannel();

    /** What a local socket is bound to. */
    SocketAddress localAddress(Path path);

    /**
     * Has the kernel take little ahead of what it can send: else it holds megabytes for a peer that reads nothing, and
     * takes no more from one that reads slowly until it has sent a third of them, so that the two look alike for long.
     */
    void limitUnsent(ChannelConfig accepted);
}
