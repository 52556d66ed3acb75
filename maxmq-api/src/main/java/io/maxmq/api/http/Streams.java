package io.maxmq.api.http;

import io.maxmq.api.call.Problem;
import io.maxmq.api.call.StreamSource;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The streams of the server: server-sent events, or the same frames by WebSocket. A reader that does not read has a bounded
 * queue, and its connection is closed after the idle timeout. On the event loop of the API server.
 */
final class Streams {
    static final String EVENT_STREAM = "text/event-stream";

    private static final int MAX_EVENTS = 1000;
    private static final int MAX_BYTES = 1024 * 1024;

    private final int max;
    private final long heartbeatMillis;
    private int open;

    Streams(int max, long idleMillis) {
        this.max = max;
        this.heartbeatMillis = Math.max(1, idleMillis / 2);
    }

    /**
     * Answers a request with a stream.
     *
     * @return completes when the source is open
     */
    CompletionStage<Void> start(RoutingContext context, Context loop, StreamSource source) {
        if (open >= max) {
            throw Problem.of(503, "too-many-streams", "the server has " + max + " streams already")
                    .retryAfter(1);
        }
        open++;
        Stream stream = new Stream(loop);
        CompletionStage<Runnable> opened = source.open(stream.queue);
        opened.whenComplete((closer, failure) -> loop.runOnContext(now -> {
            if (failure != null) {
                open--;
                return; // the caller answers
            }
            stream.closer = closer;
            if (context.response().ended() || context.response().closed()) {
                stream.end();
            } else {
                stream.connect(context);
            }
        }));
        return opened.thenAccept(closer -> {});
    }

    static boolean isWebSocket(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }

    private static Buffer serverSentEvent(String name, JsonObject data) {
        return Buffer.buffer("event: " + name + "\ndata: " + data.encode() + "\n\n");
    }

    /** One stream. */
    private final class Stream {
        private final Context loop;
        private final StreamQueue queue;
        private @Nullable Runnable closer;
        private @Nullable WriteStream<Buffer> output;
        private @Nullable BiFunction<String, JsonObject, Buffer> frame;
        private long heartbeat = -1;
        private boolean isEnded;

        Stream(Context loop) {
            this.loop = loop;
            this.queue = new StreamQueue(MAX_EVENTS, MAX_BYTES, () -> loop.runOnContext(now -> drain()));
        }

        void connect(RoutingContext context) {
            if (isWebSocket(context.request())) {
                context.request().toWebSocket().onComplete(upgraded -> {
                    if (upgraded.failed()) {
                        end();
                    } else {
                        connect(upgraded.result());
                    }
                });
                return;
            }
            HttpServerResponse response = context.response();
            response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM);
            response.exceptionHandler(e -> end());
            context.addEndHandler(ended -> end());
            response.write(Buffer.buffer(": MaxMQ\n\n"));
            begin(response, Streams::serverSentEvent, () -> response.write(Buffer.buffer(":\n\n")));
        }

        private void connect(ServerWebSocket socket) {
            socket.closeHandler(closed -> end());
            socket.exceptionHandler(e -> end());
            begin(
                    new TextFrames(socket),
                    (name, data) -> new JsonObject()
                            .put("event", name)
                            .put("data", data)
                            .toBuffer(),
                    () -> socket.writePing(Buffer.buffer()));
        }

        private void begin(
                WriteStream<Buffer> to, BiFunction<String, JsonObject, Buffer> framing, Runnable onHeartbeat) {
            if (isEnded) {
                return;
            }
            output = to;
            frame = framing;
            Vertx vertx = loop.owner();
            heartbeat = vertx.setPeriodic(heartbeatMillis, ignored -> {
                if (!to.writeQueueFull()) {
                    onHeartbeat.run();
                }
            });
            drain();
        }

        /** Writes what waits while the connection has room. */
        private void drain() {
            WriteStream<Buffer> to = output;
            BiFunction<String, JsonObject, Buffer> framing = frame;
            if (to == null || framing == null) {
                return;
            }
            while (!isEnded) {
                if (to.writeQueueFull()) {
                    to.drainHandler(drained -> drain());
                    return;
                }
                StreamQueue.Queued next = queue.poll();
                if (next == null) {
                    return;
                }
                to.write(framing.apply(next.name(), next.data().get()));
            }
        }

        void end() {
            if (isEnded) {
                return;
            }
            isEnded = true;
            open--;
            if (heartbeat >= 0) {
                loop.owner().cancelTimer(heartbeat);
            }
            if (closer != null) {
                closer.run();
            }
        }
    }
}
