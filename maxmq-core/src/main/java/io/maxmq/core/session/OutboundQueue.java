package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Messages of QoS 1 and 2 that wait for the subscriber: for its return, its window, or its socket. First in, first out,
 * bounded in messages and in bytes by the caller's checks. Each has a sequence, its place in the session's order. Empty, it
 * holds no arrays.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class OutboundQueue {
    private static final int FIRST_SLOTS = 16;

    private @Nullable StoredMessage[] messages = new StoredMessage[0];
    private @Nullable Subscription[] subscriptions = new Subscription[0];
    private byte[] flags = new byte[0];
    private long[] sequences = new long[0];
    private int head;
    private int size;
    private long bytes;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Bytes of all queued messages, each counted fully however many sessions share it. */
    long bytes() {
        return bytes;
    }

    void add(long sequence, StoredMessage message, int deliveryFlags, Subscription subscription) {
        if (size == flags.length) {
            resize(Math.max(FIRST_SLOTS, size * 2));
        }
        int slot = (head + size) & (flags.length - 1);
        messages[slot] = message;
        subscriptions[slot] = subscription;
        flags[slot] = (byte) deliveryFlags;
        sequences[slot] = sequence;
        size++;
        bytes += message.bytes();
    }

    StoredMessage firstMessage() {
        StoredMessage message = messages[head];
        assert message != null;
        return message;
    }

    Subscription firstSubscription() {
        Subscription subscription = subscriptions[head];
        assert subscription != null;
        return subscription;
    }

    int firstFlags() {
        return flags[head];
    }

    long firstSequence() {
        return sequences[head];
    }

    void removeFirst() {
        bytes -= firstMessage().bytes();
        messages[head] = null;
        subscriptions[head] = null;
        head = (head + 1) & (flags.length - 1);
        if (--size == 0) {
            head = 0;
            if (flags.length > FIRST_SLOTS) {
                resize(0);
            }
        }
    }

    /** Removes one from anywhere; null when it is not here. Costs the length of the queue. */
    @Nullable
    StoredMessage remove(long sequence) {
        for (int i = 0; i < size; i++) {
            int slot = (head + i) & (flags.length - 1);
            if (sequences[slot] == sequence) {
                StoredMessage message = messages[slot];
                for (int j = i; j > 0; j--) {
                    move((head + j - 1) & (flags.length - 1), (head + j) & (flags.length - 1));
                }
                removeFirst();
                return message;
            }
        }
        return null;
    }

    private void move(int from, int to) {
        StoredMessage out = messages[to];
        messages[to] = messages[from];
        messages[from] = out;
        subscriptions[to] = subscriptions[from];
        flags[to] = flags[from];
        sequences[to] = sequences[from];
    }

    /** Forgets all and hands it to {@code released}, in order. */
    void clear(InFlight.Released released) {
        while (size > 0) {
            StoredMessage message = firstMessage();
            int deliveryFlags = firstFlags();
            Subscription subscription = firstSubscription();
            removeFirst();
            released.onReleased(message, deliveryFlags, subscription);
        }
    }

    private void resize(int slots) {
        @Nullable StoredMessage[] newMessages = new StoredMessage[slots];
        @Nullable Subscription[] newSubscriptions = new Subscription[slots];
        byte[] newFlags = new byte[slots];
        long[] newSequences = new long[slots];
        for (int i = 0; i < size; i++) {
            int from = (head + i) & (flags.length - 1);
            newMessages[i] = messages[from];
            newSubscriptions[i] = subscriptions[from];
            newFlags[i] = flags[from];
            newSequences[i] = sequences[from];
        }
        messages = newMessages;
        subscriptions = newSubscriptions;
        flags = newFlags;
        sequences = newSequences;
        head = 0;
    }
}
