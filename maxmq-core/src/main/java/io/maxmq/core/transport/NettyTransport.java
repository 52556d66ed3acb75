package io.maxmq.core.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;
import java.nio.file.Path;

/** Netty's access to the sockets of the operating system. Immutable. */
interface NettyTransport {
    /** Chooses epoll if its native library is on the class path and loads without a warning, else NIO. */
    static NettyTransport choose() {
        return NativeAccess.isSilent() && EpollTransport.isAvailable() ? new EpollTransport() : new NioTransport();
    }

    /** {@code epoll} or {@code nio}. */
    String name();

    IoHandlerFactory ioHandlers();

    /** Creates a server socket that is neither bound nor registered with a loop. */
    ServerChannel newServerChannel();

    /** Creates a local server socket that is neither bound nor registered with a loop. */
    ServerChannel newLocalServerChannel();

    /** Bind address of a local socket. */
    SocketAddress localAddress(Path path);

    /**
     * Limits the unsent bytes that the kernel buffers for an accepted socket. Without a limit the kernel buffers
     * megabytes for a peer that reads nothing, and for a slow peer it accepts no more until a third is sent, so that
     * the two look alike for a long time.
     */
    void limitUnsent(ChannelConfig accepted);
}
