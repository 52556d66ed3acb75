package io.maxmq.core.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelId;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** Transport on the JDK's selectors, available on all platforms. */
final class NioTransport implements NettyTransport {
    @Override
    public String name() {
        return "nio";
    }

    @Override
    public IoHandlerFactory ioHandlers() {
        return NioIoHandler.newFactory();
    }

    @Override
    public ServerChannel newServerChannel() {
        return new ServerSocket();
    }

    @Override
    public ServerChannel newLocalServerChannel() {
        return new NioServerDomainSocketChannel();
    }

    @Override
    public SocketAddress localAddress(Path path) {
        return UnixDomainSocketAddress.of(path);
    }

    @Override
    public void limitUnsent(ChannelConfig accepted) {
        // NIO has no such option.
    }

    // Channels with cheap ids. Netty's own ids are globally unique, for which Netty looks up the process id and all
    // network interfaces.

    private static final class ServerSocket extends NioServerSocketChannel {
        @Override
        protected ChannelId newId() {
            return new SocketId();
        }

        @Override
        protected int doReadMessages(List<Object> accepted) throws IOException {
            SocketChannel channel = javaChannel().accept();
            if (channel == null) {
                return 0;
            }
            try {
                accepted.add(new Socket(this, channel));
                return 1;
            } catch (RuntimeException e) {
                channel.close();
                throw e;
            }
        }
    }

    private static final class Socket extends NioSocketChannel {
        Socket(Channel parent, SocketChannel channel) {
            super(parent, channel);
        }

        @Override
        protected ChannelId newId() {
            return new SocketId();
        }
    }
}
