package io.maxmq.api.call;

import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;

/** The bounded queue of one stream. Thread-safe; never blocks. */
@FunctionalInterface
public interface StreamSink {

    /**
     * Queues an event, or counts it as lost when the queue is full; the stream tells its reader about lost events.
     *
     * @param name of the event
     * @param bytes that it holds until it is sent
     * @param data renders it, on the event loop of the API server
     */
    void offer(String name, int bytes, Supplier<JsonObject> data);
}
