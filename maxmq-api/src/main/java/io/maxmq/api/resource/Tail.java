package io.maxmq.api.resource;

import io.maxmq.api.call.StreamSink;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishHook.Publication;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A sample of the published messages, taken on the event loops of their publishers. Thread-safe. */
final class Tail {
    /** Messages per second. */
    static final int DEFAULT_SAMPLE = 100;
    /** Bytes of each payload. */
    static final int DEFAULT_PAYLOAD = 1024;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int OVERHEAD = 256;

    private final Clock clock;
    private final int perSecond;
    private final PayloadForm form;
    private final AtomicLong secondBegan;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong skipped = new AtomicLong();

    /** @param perSecond messages per second, 0 for all */
    Tail(Clock clock, int perSecond, PayloadForm form) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.form = form;
        this.secondBegan = new AtomicLong(clock.nanoTime());
    }

    /** Copies no more than the head of the payload. */
    void pass(Publication publication, StreamSink sink) {
        if (!isInSample()) {
            skipped.incrementAndGet();
            return;
        }
        Message message = publication.message();
        ByteBuffer payload = message.payload();
        byte[] head = new byte[Math.min(payload.remaining(), form.maxBytes())];
        payload.get(payload.position(), head);
        JsonObject json = new JsonObject()
                .put("id", message.id().map(Object::toString).orElse(null))
                .put("topic", message.topic())
                .put("publisher", publisher(publication))
                .put("qos", message.qos().code())
                .put("retain", message.retain())
                .put("payloadBytes", payload.remaining());
        long before = skipped.getAndSet(0);
        if (before > 0) {
            json.put("skipped", before);
        }
        boolean isCut = head.length < payload.remaining();
        sink.offer("message", OVERHEAD + head.length + message.topic().length(), () -> {
            form.add(json, ByteBuffer.wrap(head));
            return json.put("truncated", isCut);
        });
    }

    private static @Nullable String publisher(Publication publication) {
        return publication.publisher().map(ClientInfo::clientId).orElse(null);
    }

    private boolean isInSample() {
        if (perSecond == 0) {
            return true;
        }
        long now = clock.nanoTime();
        long began = secondBegan.get();
        if (now - began >= SECOND && secondBegan.compareAndSet(began, now)) {
            taken.set(0);
        }
        return taken.get() < perSecond && taken.incrementAndGet() <= perSecond;
    }
}
