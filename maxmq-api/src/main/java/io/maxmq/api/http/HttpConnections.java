package io.maxmq.api.http;

import io.vertx.core.http.HttpConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The connections of the server: bounds their number, and closes those that do not complete the head of a request in time,
 * however slowly they send it. Not thread-safe.
 */
final class HttpConnections {
    private final int max;
    private final long headTimeoutNanos;
    private final Map<HttpConnection, State> open = new HashMap<>();

    private static final class State {
        private int requests;
        private long waitingSinceNanos;

        State(long waitingSinceNanos) {
            this.waitingSinceNanos = waitingSinceNanos;
        }
    }

    HttpConnections(int max, long headTimeoutNanos) {
        this.max = max;
        this.headTimeoutNanos = headTimeoutNanos;
    }

    /** Adds a connection; false when there are too many. */
    boolean opened(HttpConnection connection, long nowNanos) {
        if (open.size() >= max) {
            return false;
        }
        open.put(connection, new State(nowNanos));
        return true;
    }

    void closed(HttpConnection connection) {
        open.remove(connection);
    }

    /** A request's head has arrived. */
    void began(HttpConnection connection) {
        State state = open.get(connection);
        if (state != null) {
            state.requests++;
        }
    }

    /** The response to a request is complete. */
    void ended(HttpConnection connection, long nowNanos) {
        State state = open.get(connection);
        if (state != null) {
            state.requests--;
            state.waitingSinceNanos = nowNanos;
        }
    }

    int size() {
        return open.size();
    }

    /** Closes the connections that have waited too long for a request. */
    void closeIdle(long nowNanos) {
        List<HttpConnection> late = new ArrayList<>();
        open.forEach((connection, state) -> {
            if (state.requests <= 0 && nowNanos - state.waitingSinceNanos > headTimeoutNanos) {
                late.add(connection);
            }
        });
        late.forEach(HttpConnection::close);
    }
}
