package io.maxmq.api.http;

import io.maxmq.api.call.StreamSink;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The events of a stream that wait for its connection, bounded in number and bytes. An event beyond the bound is lost, and the
 * next read says how many. Thread-safe.
 */
final class StreamQueue implements StreamSink {
    /** The name of the event that tells about lost ones. */
    static final String LOST = "lost";

    private final int maxEvents;
    private final int maxBytes;
    private final Runnable onEvents;
    private final ArrayDeque<Queued> waiting = new ArrayDeque<>();
    private int bytes;
    private long lost;
    private boolean isAnnounced;

    /**
     * An event that has not been rendered.
     *
     * @param name of the event
     * @param bytes that it holds
     * @param data renders it
     */
    record Queued(String name, int bytes, Supplier<JsonObject> data) {}

    /** @param onEvents called on the offering thread when the queue was empty; takes all events later */
    StreamQueue(int maxEvents, int maxBytes, Runnable onEvents) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.onEvents = onEvents;
    }

    @Override
    public void offer(String name, int size, Supplier<JsonObject> data) {
        boolean announce;
        synchronized (this) {
            // What is lost stands before what follows, so nothing is queued behind a loss that is not told.
            if (lost > 0 || waiting.size() >= maxEvents || bytes + size > maxBytes) {
                lost++;
            } else {
                waiting.add(new Queued(name, size, data));
                bytes += size;
            }
            announce = !isAnnounced;
            isAnnounced = true;
        }
        if (announce) {
            onEvents.run();
        }
    }

    /** Takes the next event, or the number of lost ones; null when nothing waits. */
    synchronized @Nullable Queued poll() {
        Queued next = waiting.poll();
        if (next != null) {
            bytes -= next.bytes;
            return next;
        }
        if (lost > 0) {
            long count = lost;
            lost = 0;
            return new Queued(LOST, 0, () -> new JsonObject().put("count", count));
        }
        isAnnounced = false;
        return null;
    }
}
