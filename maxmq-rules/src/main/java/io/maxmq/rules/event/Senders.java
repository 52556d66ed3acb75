package io.maxmq.rules.event;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.MessageId;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The publishers of the latest messages, for events that come after the publisher's packet: a queued message has no
 * publisher. A ring by the sequence in the message id: each message replaces the one {@value #MESSAGES} before.
 * Thread-safe.
 */
public final class Senders {
    /** The capacity of the ring; a power of two. */
    static final int MESSAGES = 1 << 16;

    /** The publisher of a message. */
    record Sender(
            MessageId message, String clientId, @Nullable String username) {}

    /** Created with the first message: most engines need no ring. Elements are published as a whole. */
    private volatile @Nullable AtomicReferenceArray<@Nullable Sender> latest;

    /** This client has published this message. */
    public void note(MessageId id, ClientInfo client) { // hot: per message, where rules want deliveries
        AtomicReferenceArray<@Nullable Sender> places = latest;
        if (places == null) {
            places = create();
        }
        places.setRelease(
                place(id), new Sender(id, client.clientId(), client.username().orElse(null)));
    }

    private synchronized AtomicReferenceArray<@Nullable Sender> create() {
        AtomicReferenceArray<@Nullable Sender> places = latest;
        if (places == null) {
            places = new AtomicReferenceArray<>(MESSAGES);
            latest = places;
        }
        return places;
    }

    /** Forgets all. */
    public void clear() {
        latest = null;
    }

    /** Returns the publisher of a message; null when it is not in the ring. */
    @Nullable
    Sender of(MessageId id) {
        AtomicReferenceArray<@Nullable Sender> places = latest;
        Sender sender = places == null ? null : places.getAcquire(place(id));
        return sender != null && sender.message().equals(id) ? sender : null;
    }

    private static int place(MessageId id) {
        return (int) id.low() & (MESSAGES - 1);
    }
}
