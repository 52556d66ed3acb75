package io.maxmq.api.call;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** The result of an operation. Immutable, except for its JSON, which belongs to the receiver. */
public sealed interface Answer {

    /** An answer without a body. */
    Answer DONE = new Empty();

    /** Status 204. */
    record Empty() implements Answer {}

    /** A JSON object, of which the caller may request some members only. */
    record Item(int status, JsonObject body) implements Answer {}

    /** All items of a list that has no pages, in the member {@code items}; the caller may request some members only. */
    record Items(List<JsonObject> items) implements Answer {}

    /** A body of another type. */
    record Text(String contentType, String body) implements Answer {}

    /** Pages of items, of which the caller requests one, or all as NDJSON. */
    record Pages(PageSource source) implements Answer {}

    /** A stream of events that ends with the connection. */
    record Stream(StreamSource source) implements Answer {}

    /** Returns an answer with status 200. */
    static Answer of(JsonObject body) {
        return new Item(200, body);
    }
}
