package io.maxmq.api.call;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** The result of an operation. Immutable, except for its JSON, which belongs to the receiver. */
public sealed interface ApiAnswer {

    /** An answer without a body. */
    ApiAnswer DONE = new Empty();

    /** Status 204. */
    record Empty() implements ApiAnswer {}

    /** A JSON object, of which the caller may request some members only. */
    record Item(int status, JsonObject body) implements ApiAnswer {}

    /** All items of a list that has no pages, in the member {@code items}; the caller may request some members only. */
    record Items(List<JsonObject> items) implements ApiAnswer {}

    /** A body of another type. */
    record Text(String contentType, String body) implements ApiAnswer {}

    /** Pages of items, of which the caller requests one, or all as NDJSON. */
    record Pages(PageSource source) implements ApiAnswer {}

    /** A stream of events that ends with the connection. */
    record Stream(StreamSource source) implements ApiAnswer {}

    /** Returns an answer with status 200. */
    static ApiAnswer of(JsonObject body) {
        return new Item(200, body);
    }
}
