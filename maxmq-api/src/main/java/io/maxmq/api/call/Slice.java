package io.maxmq.api.call;

import io.maxmq.spi.admin.Page;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a query.
 *
 * @param items as JSON
 * @param next the cursor of the next page; empty on the last one
 * @param more further members of the answer, beside {@code items} and {@code next}
 */
public record Slice(List<JsonObject> items, Optional<String> next, JsonObject more) {

    /** Renders the items of a page. */
    public static <T> Slice of(Page<T> page, Function<T, JsonObject> view) {
        return new Slice(page.items().stream().map(view).toList(), page.next(), new JsonObject());
    }
}
