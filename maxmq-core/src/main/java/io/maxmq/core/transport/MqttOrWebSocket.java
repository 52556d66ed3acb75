package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Detects the protocol of a client by its first byte and then removes itself. A capital letter begins an HTTP request
 * (RFC 9110 §9.1) and no packet that a client may send first; MQTT begins with CONNECT, 0x10 (MQTT 5.0 §3.1.1). Any
 * other byte goes to the MQTT decoder, which rejects it. The CONNECT deadline also bounds the wait for the first byte.
 * Runs on the loop of the channel. Not thread-safe.
 */
final class MqttOrWebSocket extends ForwardingHandler {
    private final Supplier<WebSocketHandler> webSocket;
    private final @Nullable ForwardedFor forwarded;
    private final SocketConnection connection;
    private final ProxyAdmission admission;
    private boolean done;

    /**
     * @param webSocket creates the handler if the client requests a WebSocket
     * @param forwarded the trusted HTTP proxies if one may name the client, else null
     */
    MqttOrWebSocket(
            Supplier<WebSocketHandler> webSocket, @Nullable ForwardedFor forwarded, SocketConnection connection) {
        this.webSocket = webSocket;
        this.forwarded = forwarded;
        this.connection = connection;
        this.admission = new ProxyAdmission(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (admission.waits()) {
            admission.keep(ctx, bytes);
            return;
        }
        if (done || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        done = true;
        byte first = bytes.getByte(bytes.readerIndex());
        admission.keep(ctx, bytes);
        if (first >= 'A' && first <= 'Z') {
            ctx.pipeline().addAfter(ctx.name(), null, webSocket.get());
            goOn(ctx);
        } else {
            connection.arrival().opensWithoutWebSocket();
            mqtt(ctx);
        }
    }

    /**
     * Continues with plain MQTT. An HTTP proxy that speaks MQTT speaks for itself, and its admission has not been
     * checked yet.
     */
    private void mqtt(ChannelHandlerContext ctx) {
        boolean isForwarder = forwarded != null && forwarded.believes(connection.remoteAddress());
        if (forwarded != null) {
            connection.arrival().comesFrom(null);
        }
        if (isForwarder) {
            admission.ask(ctx, () -> goOn(ctx));
        } else {
            goOn(ctx);
        }
    }

    private void goOn(ChannelHandlerContext ctx) {
        ByteBuf rest = admission.kept();
        ctx.pipeline().remove(this);
        if (rest != null) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        admission.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        admission.close();
        super.channelInactive(ctx);
    }
}
