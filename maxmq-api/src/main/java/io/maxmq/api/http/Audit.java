package io.maxmq.api.http;

import io.maxmq.codec.Utf8;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of calls that change something or read payloads: written to the logger {@value #LOGGER}, and passed to the
 * streams of events. Thread-safe.
 */
public final class Audit {
    /** The name of the logger. */
    public static final String LOGGER = "io.maxmq.api.audit";

    private static final int MAX_TARGET = 1024;

    private final Logger log = LoggerFactory.getLogger(LOGGER);
    private final Set<Consumer<JsonObject>> observers = new CopyOnWriteArraySet<>();

    /** Creates an audit without observers. */
    public Audit() {}

    /** Passes each record to an observer, on the event loop of the API server, until the returned action runs. */
    public Runnable observe(Consumer<JsonObject> observer) {
        observers.add(observer);
        return () -> observers.remove(observer);
    }

    void record(Instant at, String caller, String role, String address, String operation, String target, int status) {
        String bounded = Utf8.escape(target.length() > MAX_TARGET ? target.substring(0, MAX_TARGET) : target);
        log.info("{} ({}) from {} called {} {}: status {}", caller, role, address, operation, bounded, status);
        if (!observers.isEmpty()) {
            JsonObject json = new JsonObject()
                    .put("kind", "ApiCalled")
                    .put("at", at.toString())
                    .put("caller", caller)
                    .put("role", role)
                    .put("remoteAddress", address)
                    .put("operation", operation)
                    .put("target", bounded)
                    .put("status", status);
            observers.forEach(each -> each.accept(json));
        }
    }
}
