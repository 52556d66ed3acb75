package io.maxmq.core.transport;

import io.maxmq.config.WebSocket;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** WebSocket layer of one listener. Immutable. */
public final class WebSocketLayer implements SocketLayer {
    private final WebSocket settings;
    private final ForwardedFor forwarded;
    private final boolean plainToo;
    private final SocketLayer below;

    /**
     * @param plainToo true if clients may also speak plain MQTT
     * @param below the carrier, {@link SocketLayer#NONE} or TLS
     */
    public WebSocketLayer(WebSocket settings, boolean plainToo, SocketLayer below) {
        this.settings = settings;
        this.plainToo = plainToo;
        this.forwarded = new ForwardedFor(settings.forwarders());
        this.below = below;
    }

    @Override
    public boolean speaksForOthers(@Nullable SocketAddress remote) {
        return forwarded.believes(remote);
    }

    @Override
    public void addTo(Channel channel, SocketConnection connection) {
        below.addTo(channel, connection);
        connection.arrival().awaitOpening();
        // Behind the PROXY protocol the client's address is not known yet.
        boolean awaits = forwarded.believes(channel.remoteAddress())
                || !connection.knowsRemote() && !settings.forwarders().isEmpty();
        if (awaits) {
            connection.arrival().awaitOrigin();
        }
        ForwardedFor awaited = awaits ? forwarded : null;
        Supplier<WebSocketHandler> webSocket =
                () -> new WebSocketHandler(settings, below instanceof TlsLayer, awaited, connection);
        channel.pipeline().addLast(plainToo ? new MqttOrWebSocket(webSocket, awaited, connection) : webSocket.get());
    }
}
