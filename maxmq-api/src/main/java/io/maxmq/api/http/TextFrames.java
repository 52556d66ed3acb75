package io.maxmq.api.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/** Writes each buffer as a text message of a WebSocket. */
final class TextFrames implements WriteStream<Buffer> {
    private final ServerWebSocket socket;

    TextFrames(ServerWebSocket socket) {
        this.socket = socket;
    }

    @Override
    public Future<Void> write(Buffer text) {
        return socket.writeTextMessage(text.toString());
    }

    @Override
    public Future<Void> end() {
        return socket.end();
    }

    @Override
    public boolean writeQueueFull() {
        return socket.writeQueueFull();
    }

    @Override
    public TextFrames drainHandler(@Nullable Handler<Void> handler) {
        socket.drainHandler(handler);
        return this;
    }

    @Override
    public TextFrames exceptionHandler(@Nullable Handler<Throwable> handler) {
        socket.exceptionHandler(handler);
        return this;
    }

    @Override
    public TextFrames setWriteQueueMaxSize(int size) {
        socket.setWriteQueueMaxSize(size);
        return this;
    }
}
