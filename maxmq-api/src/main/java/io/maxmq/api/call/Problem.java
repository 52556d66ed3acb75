package io.maxmq.api.call;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error of the API as RFC 9457 describes it. Without a stack trace, since hostile requests cause many. Immutable.
 */
public final class Problem extends RuntimeException {
    /** The media type of the answer. */
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;
    private static final String TYPE_PREFIX = "urn:maxmq:problem:";

    private final int status;
    private final String kind;
    private final @Nullable String field;
    private final transient Map<String, Object> more;
    private final int retryAfterSeconds;

    private Problem(
            int status,
            String kind,
            String detail,
            @Nullable String field,
            Map<String, Object> more,
            int retryAfterSeconds) {
        super(detail, null, false, false);
        this.status = status;
        this.kind = kind;
        this.field = field;
        this.more = more;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /**
     * Creates a problem.
     *
     * @param kind the last part of its type, such as {@code unknown-parameter}
     * @param detail the error with its value
     */
    public static Problem of(int status, String kind, String detail) {
        return new Problem(status, kind, detail, null, Map.of(), 0);
    }

    /** Creates a problem of a request that cannot be understood. */
    public static Problem badRequest(String kind, String detail) {
        return of(400, kind, detail);
    }

    /** Creates a problem of an object that does not exist. */
    public static Problem notFound(String detail) {
        return of(404, "not-found", detail);
    }

    /** Names the parameter or the member of the body. */
    public Problem field(String name) {
        return new Problem(status, kind, detail(), name, more, retryAfterSeconds);
    }

    /** Adds members of its own. */
    public Problem with(Map<String, Object> members) {
        return new Problem(status, kind, detail(), field, members, retryAfterSeconds);
    }

    /** Sets the header {@code Retry-After}. */
    public Problem retryAfter(int seconds) {
        return new Problem(status, kind, detail(), field, more, seconds);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The last part of the type. */
    public String kind() {
        return kind;
    }

    /** Seconds for the header {@code Retry-After}; 0 without it. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    private String detail() {
        return String.valueOf(getMessage());
    }

    /** Returns the members of the answer. */
    public JsonObject json() {
        JsonObject json = new JsonObject()
                .put("type", TYPE_PREFIX + kind)
                .put("title", kind.replace('-', ' '))
                .put("status", status)
                .put("detail", detail());
        if (field != null) {
            json.put("field", field);
        }
        more.forEach(json::put);
        return json;
    }
}
