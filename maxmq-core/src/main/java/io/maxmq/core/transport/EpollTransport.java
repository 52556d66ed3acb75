package io.maxmq.core.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;

/** Netty's native transport for Linux epoll. */
final class EpollTransport implements NettyTransport {
    private static final long MAX_UNSENT_BYTES = 128 * 1024;

    /**
     * True if epoll can be used. Looks for the library first, because Netty's own search for a missing library takes
     * longer.
     */
    static boolean isAvailable() {
        return (isPresent("x86_64") || isPresent("aarch_64")) && Epoll.isAvailable();
    }

    private static boolean isPresent(String architecture) {
        String library = "META-INF/native/libnetty_transport_native_epoll_" + architecture + ".so";
        return Epoll.class.getClassLoader().getResource(library) != null;
    }

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public IoHandlerFactory ioHandlers() {
        return EpollIoHandler.newFactory();
    }

    @Override
    public ServerChannel newServerChannel() {
        return new EpollServerSocketChannel();
    }

    @Override
    public ServerChannel newLocalServerChannel() {
        return new EpollServerDomainSocketChannel();
    }

    @Override
    public SocketAddress localAddress(Path path) {
        return new DomainSocketAddress(path.toString());
    }

    @Override
    public void limitUnsent(ChannelConfig accepted) {
        accepted.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES);
    }
}
