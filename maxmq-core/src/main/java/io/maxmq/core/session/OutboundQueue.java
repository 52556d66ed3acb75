package io.maxmq.core.session;

import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Messages of QoS 1 and 2 that wait for the subscriber: for its return, its window, or its socket. First in, first out,
 * bounded in messages and in bytes by the caller's checks. Each has a sequence, its place in the session's order.
 *
 * <pre>
 *   first                       firstStored
 *   | in memory: a ring         | only in storage: a count |
 * </pre>
 *
 * The second part is that of a durable session; what waits there takes no memory. Empty, the ring has no arrays.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class OutboundQueue {
    private static final int FIRST_SLOTS = 16;

    private final LoopCounters counters;
    private @Nullable StoredMessage[] messages = new StoredMessage[0];
    private @Nullable FilterSubscription[] subscriptions = new FilterSubscription[0];
    private byte[] flags = new byte[0];
    private long[] sequences = new long[0];
    private int head;
    private int inMemory;
    private long bytesInMemory;

    private final StoredPart stored;

    /** @param counters of the session's loop */
    OutboundQueue(LoopCounters counters) {
        this.counters = counters;
        this.stored = new StoredPart(counters);
    }

    private void count(int messages, long bytes) {
        counters.add(Counter.QUEUED, messages);
        counters.add(Counter.QUEUED_BYTES, bytes);
    }

    /** Of both parts. */
    int size() {
        return inMemory + stored.messages();
    }

    boolean isEmpty() {
        return inMemory == 0 && stored.isEmpty();
    }

    /** Bytes of all queued messages, each counted fully however many sessions share it. */
    long bytes() {
        return bytesInMemory + stored.bytes();
    }

    // ---- in memory

    /** Messages in memory; while there are any, the first of them is the first of all. */
    int inMemory() {
        return inMemory;
    }

    long bytesInMemory() {
        return bytesInMemory;
    }

    /** Adds at the end of what is in memory; nothing may be in storage only. */
    void add(long sequence, StoredMessage message, int deliveryFlags, FilterSubscription subscription) {
        assert stored.isEmpty();
        append(sequence, message, deliveryFlags, subscription);
    }

    private void append(long sequence, StoredMessage message, int deliveryFlags, FilterSubscription subscription) {
        if (inMemory == flags.length) {
            resize(Math.max(FIRST_SLOTS, inMemory * 2));
        }
        int slot = slot(inMemory);
        messages[slot] = message;
        subscriptions[slot] = subscription;
        flags[slot] = (byte) deliveryFlags;
        sequences[slot] = sequence;
        inMemory++;
        bytesInMemory += message.bytes();
        count(1, message.bytes());
    }

    StoredMessage firstMessage() {
        StoredMessage message = messages[head];
        assert message != null;
        return message;
    }

    FilterSubscription firstSubscription() {
        FilterSubscription subscription = subscriptions[head];
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
        int bytes = firstMessage().bytes();
        bytesInMemory -= bytes;
        count(-1, -bytes);
        messages[head] = null;
        subscriptions[head] = null;
        head = (head + 1) & (flags.length - 1);
        if (--inMemory == 0) {
            head = 0;
            if (flags.length > FIRST_SLOTS) {
                resize(0);
            }
        }
    }

    /** Removes one from anywhere in memory; null when it is not there. Costs the length of the queue. */
    @Nullable
    StoredMessage remove(long sequence) {
        for (int i = 0; i < inMemory; i++) {
            int slot = slot(i);
            if (sequences[slot] == sequence) {
                StoredMessage message = messages[slot];
                for (int j = i; j > 0; j--) {
                    swap(slot(j - 1), slot(j));
                }
                removeFirst();
                return message;
            }
        }
        return null;
    }

    private void swap(int from, int to) {
        StoredMessage message = messages[to];
        messages[to] = messages[from];
        messages[from] = message;
        FilterSubscription subscription = subscriptions[to];
        subscriptions[to] = subscriptions[from];
        subscriptions[from] = subscription;
        flags[to] = flags[from];
        sequences[to] = sequences[from];
    }

    /** Shows those in memory that are behind a place, in order. */
    void show(MessageCursor after, HeldMessages.Visitor visitor) {
        for (int i = placeBehind(after); i < inMemory; i++) {
            int slot = slot(i);
            StoredMessage message = messages[slot];
            FilterSubscription subscription = subscriptions[slot];
            assert message != null && subscription != null;
            if (!visitor.visit(sequences[slot], message, flags[slot], subscription)) {
                return;
            }
        }
    }

    private int placeBehind(MessageCursor after) {
        int behind = 0;
        for (int i = 0; i < inMemory && sequences[slot(i)] <= after.sequence(); i++) {
            StoredMessage message = messages[slot(i)];
            if (sequences[slot(i)] >= 0 || (message != null && after.isBehind(message))) {
                behind = i + 1;
            }
        }
        return behind;
    }

    /** Forgets all and hands what is in memory to {@code released}, in order. */
    void clear(InFlight.Released released) {
        forgetStored();
        clearMemory(released);
    }

    private void clearMemory(InFlight.Released released) {
        while (inMemory > 0) {
            StoredMessage message = firstMessage();
            int deliveryFlags = firstFlags();
            FilterSubscription subscription = firstSubscription();
            long sequence = firstSequence();
            removeFirst();
            released.onReleased(sequence, message, deliveryFlags, subscription);
        }
    }

    /** Takes those in memory out that are to leave, and hands them to {@code left}, in order. */
    void leave(InFlight.Leaving leaving, InFlight.Left left) {
        for (int i = inMemory; i > 0; i--) {
            StoredMessage message = firstMessage();
            FilterSubscription subscription = firstSubscription();
            int deliveryFlags = firstFlags();
            long sequence = firstSequence();
            removeFirst();
            if (leaving.leaves(sequence, deliveryFlags, subscription)) {
                left.onLeft(sequence, message, subscription);
            } else {
                append(sequence, message, deliveryFlags, subscription);
            }
        }
    }

    // ---- in storage

    /** Messages in storage only. */
    int stored() {
        return stored.messages();
    }

    /** Whether a message of the queue with this sequence is in storage only. */
    boolean isStored(long sequence) {
        return stored.contains(sequence);
    }

    /** The sequence from which on messages are in storage only, if there are any. */
    long firstStored() {
        return stored.first();
    }

    /** Adds a message that is, or soon will be, in storage. */
    void addStored(long sequence, int bytes) {
        stored.add(sequence, bytes);
    }

    /** Adds what storage has kept of a broker before this one, in front of all others; nothing is in memory. */
    void addOlder(long sequence, int messages, long bytes) {
        assert inMemory == 0;
        stored.addInFront(sequence, messages, bytes);
    }

    /** A message in storage only has turned out not to be there. */
    void removeStored(int bytes) {
        stored.remove(bytes);
    }

    /** Nothing is in storage. */
    void forgetStored() {
        stored.clear();
    }

    /** The first one of those in storage joins those in memory. */
    void fromStorage(long sequence, StoredMessage message, int deliveryFlags, FilterSubscription subscription) {
        skipStored(sequence, message.bytes());
        append(sequence, message, deliveryFlags, subscription);
    }

    /** The first one of those in storage is not to be read again. */
    void skipStored(long sequence, int bytes) {
        stored.skip(sequence, bytes);
    }

    /** The same for one that does not count. */
    void passStored(long sequence) {
        stored.pass(sequence);
    }

    /** All in memory are from now on in storage only; what is not there, of QoS 0, is gone. */
    void toStorage(InFlight.Released released) {
        if (inMemory == 0) {
            return;
        }
        int count = 0;
        long bytes = 0;
        long first = 0;
        for (int i = inMemory - 1; i >= 0; i--) {
            int slot = slot(i);
            StoredMessage message = messages[slot];
            if (message != null && DeliveryFlags.qos(flags[slot]) > 0) {
                first = sequences[slot];
                count++;
                bytes += message.bytes();
            }
        }
        clearMemory(released);
        stored.addInFront(first, count, bytes);
    }

    private int slot(int place) {
        return (head + place) & (flags.length - 1);
    }

    private void resize(int slots) {
        @Nullable StoredMessage[] newMessages = new StoredMessage[slots];
        @Nullable FilterSubscription[] newSubscriptions = new FilterSubscription[slots];
        byte[] newFlags = new byte[slots];
        long[] newSequences = new long[slots];
        for (int i = 0; i < inMemory; i++) {
            int from = slot(i);
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
