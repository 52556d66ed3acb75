package io.maxmq.core.transport;

import io.maxmq.config.WebSocket;
import io.netty.channel.Channel;

/** The WebSocket of one listener. Immutable. */
public final class WebSocketLayer implements SocketLayer {
    private final WebSocket settings;
    private final SocketLayer below;

    /** @param below what carries it, {@link SocketLayer#NONE} or TLS */
    public WebSocketLayer(WebSocket settings, SocketLayer below) {
        this.settings = settings;
        this.below = below;
    }

    @Override
    public boolean shakesHands() {
        return below.shakesHands();
    }

    @Override
    public void addTo(Channel channel, SocketConnection connection) {
        below.addTo(channel, connection);
        connection.awaitOpening();
        channel.pipeline().addLast(new WebSocketHandler(settings, connection));
    }
}
