package io.maxmq.core.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** The JDK's selectors: everywhere. */
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
        return new NioServerSocketChannel();
    }

    @Override
    public void limitUnsent(ChannelConfig accepted) {
        // Not to be had.
    }
}
