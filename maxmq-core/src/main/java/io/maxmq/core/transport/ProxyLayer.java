package io.maxmq.core.transport;

import io.maxmq.spi.Cidr;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PROXY protocol of one listener, below all other layers. Immutable. */
public final class ProxyLayer implements SocketLayer {
    private final List<Cidr> proxies;
    private final SocketLayer above;

    /** @param above the layer behind the header */
    public ProxyLayer(List<Cidr> proxies, SocketLayer above) {
        this.proxies = proxies;
        this.above = above;
    }

    @Override
    public boolean speaksForOthers(@Nullable SocketAddress remote) {
        return speaksProxyProtocol(remote) || above.speaksForOthers(remote);
    }

    private boolean speaksProxyProtocol(@Nullable SocketAddress remote) {
        return remote != null && proxies.stream().anyMatch(each -> each.contains(remote));
    }

    @Override
    public void addTo(Channel channel, SocketConnection connection) {
        if (speaksProxyProtocol(channel.remoteAddress())) {
            connection.arrival().awaitOrigin();
            channel.pipeline().addLast(new ProxyHandler(connection, above));
        }
        above.addTo(channel, connection);
    }
}
