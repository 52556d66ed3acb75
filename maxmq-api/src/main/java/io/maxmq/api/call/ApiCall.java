package io.maxmq.api.call;

import io.maxmq.api.access.ApiPrincipal;
import io.maxmq.spi.Tenant;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A validated request of an authorized caller. Immutable.
 *
 * @param principal the caller; null for an operation that needs no role, called without credentials
 * @param tenant of the path, else of the caller, else {@link Tenant#DEFAULT}
 * @param pathParameters decoded, by name
 * @param queryParameters decoded, by name
 * @param body the JSON object or array of the request; null without one
 */
public record ApiCall(
        @Nullable ApiPrincipal principal,
        Tenant tenant,
        Map<String, String> pathParameters,
        Map<String, String> queryParameters,
        @Nullable Object body) {

    /** Returns the only tenant that the answer may be about: of the path, else of the caller; empty for all. */
    public Optional<Tenant> onlyTenant() {
        boolean isOfOne = pathParameters.containsKey("tenant")
                || principal != null && principal.tenant().isPresent();
        return isOfOne ? Optional.of(tenant) : Optional.empty();
    }

    /** Returns a parameter of the path. */
    public String path(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalStateException("the contract has no such path parameter: name=" + name);
        }
        return value;
    }

    /** Returns a parameter of the query; empty when the request does not have it. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(queryParameters.get(name));
    }

    /** Returns a parameter of the query that the contract requires. */
    public String required(String name) {
        return query(name)
                .orElseThrow(() -> Problem.badRequest("missing-parameter", "missing query parameter: " + name)
                        .field(name));
    }

    /** Returns a parameter of the query that is {@code true} or {@code false}; false without it. */
    public boolean flag(String name) {
        return query(name).filter("true"::equals).isPresent();
    }

    /** Returns an integer of the query, within the range that the contract has checked. */
    public int number(String name, int otherwise) {
        return query(name).map(Integer::valueOf).orElse(otherwise);
    }

    /** Returns the body, which the contract requires to be an object. */
    public JsonObject object() {
        if (body instanceof JsonObject json) {
            return json;
        }
        throw Problem.badRequest("invalid-body", "the body must be a JSON object");
    }
}
