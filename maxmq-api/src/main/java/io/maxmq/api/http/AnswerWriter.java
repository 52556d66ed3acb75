package io.maxmq.api.http;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.PageSource;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Slice;
import io.maxmq.spi.admin.Page;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes the answer of one call on the event loop of the API server. Not thread-safe. */
final class AnswerWriter {
    static final String JSON = "application/json";
    static final String NDJSON = "application/x-ndjson";

    private final HttpServerResponse response;
    private final Context loop;
    private final boolean wantsLines;
    private final int limit;
    private final Optional<String> cursor;
    private final Set<String> fields;

    AnswerWriter(RoutingContext context, Context loop, ApiCall call) {
        this.response = context.response();
        this.loop = loop;
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        this.wantsLines = accept != null && accept.contains(NDJSON);
        this.limit = call.number("limit", Page.DEFAULT_LIMIT);
        this.cursor = call.query("cursor");
        this.fields = call.query("fields")
                .map(list -> (Set<String>) new HashSet<>(Arrays.asList(list.split(","))))
                .orElse(Set.of());
    }

    static void problem(HttpServerResponse response, Problem problem) {
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        if (problem.retryAfterSeconds() > 0) {
            response.putHeader(HttpHeaders.RETRY_AFTER, String.valueOf(problem.retryAfterSeconds()));
        }
        if (problem.status() == 401) {
            response.headers()
                    .add("WWW-Authenticate", "Bearer realm=\"maxmq\"")
                    .add("WWW-Authenticate", "Basic realm=\"maxmq\"");
        }
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .end(problem.json().toBuffer());
    }

    /**
     * Writes an answer; of pages the requested one.
     *
     * @return completes when the answer, or its first page, is handed to the event loop; exceptionally when the page
     *     cannot be read
     */
    CompletionStage<Void> write(ApiAnswer answer) {
        if (answer instanceof ApiAnswer.Pages pages) {
            return pages.source()
                    .page(limit, cursor)
                    .thenAccept(slice -> loop.runOnContext(now -> {
                        if (wantsLines && !response.ended()) {
                            response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, NDJSON);
                            lines(pages.source(), slice);
                        } else {
                            page(slice);
                        }
                    }));
        }
        loop.runOnContext(now -> {
            if (answer instanceof ApiAnswer.Item item) {
                end(item.status(), JSON, selected(item.body()).toBuffer());
            } else if (answer instanceof ApiAnswer.Items items) {
                JsonArray array = new JsonArray();
                items.items().forEach(each -> array.add(selected(each)));
                end(200, JSON, new JsonObject().put("items", array).toBuffer());
            } else if (answer instanceof ApiAnswer.Text text) {
                end(200, text.contentType(), Buffer.buffer(text.body()));
            } else if (!response.ended()) {
                response.setStatusCode(204).end();
            }
        });
        return CompletableFuture.completedFuture(null);
    }

    /** A call that has missed its deadline has been answered. */
    private void end(int status, String type, Buffer body) {
        if (!response.ended()) {
            response.setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, type)
                    .end(body);
        }
    }

    private void page(Slice slice) {
        JsonArray items = new JsonArray();
        slice.items().forEach(each -> items.add(selected(each)));
        JsonObject body = new JsonObject()
                .put("items", items)
                .put("next", slice.next().orElse(null))
                .mergeIn(slice.more());
        end(200, JSON, body.toBuffer());
    }

    private void lines(PageSource source, Slice slice) {
        lines(source, slice.items().iterator(), slice.next());
    }

    /** Writes items until the connection has no room, and goes on when it has. */
    private void lines(PageSource source, Iterator<JsonObject> items, Optional<String> next) {
        while (items.hasNext()) {
            if (response.closed()) {
                return;
            }
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> {
                    response.drainHandler(null);
                    lines(source, items, next);
                });
                return;
            }
            response.write(selected(items.next()).toBuffer().appendByte((byte) '\n'));
        }
        if (next.isEmpty()) {
            response.end();
            return;
        }
        source.page(limit, next)
                .whenComplete((slice, failure) -> loop.runOnContext(now -> {
                    if (failure != null) {
                        response.reset(); // the status is sent: a cut answer is the only sign left
                    } else {
                        lines(source, slice);
                    }
                }));
    }

    private JsonObject selected(JsonObject item) {
        if (!fields.isEmpty()) {
            item.fieldNames().retainAll(fields);
        }
        return item;
    }
}
