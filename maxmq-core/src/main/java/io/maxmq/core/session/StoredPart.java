package io.maxmq.core.session;

import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;

/**
 * The part of a queue that is in storage only, behind what is in memory: how much, and from which sequence on. It takes no memory,
 * and counts as queued like the rest. What is between two of its messages is not known here: others may have gone in between.
 *
 * <p>Runs on the queue's event loop. Not thread-safe.
 */
final class StoredPart {
    private final LoopCounters counters;
    private int messages;
    private long bytes;
    private long first;

    /** Empty. */
    StoredPart(LoopCounters counters) {
        this(counters, 0, 0, 0);
    }

    /** Of a broker before this one; {@link #count} follows. Any thread. */
    StoredPart(LoopCounters counters, long first, int messages, long bytes) {
        this.counters = counters;
        this.first = first;
        this.messages = messages;
        this.bytes = bytes;
    }

    boolean isEmpty() {
        return messages == 0;
    }

    int messages() {
        return messages;
    }

    /** Of its messages, each counted fully. */
    long bytes() {
        return bytes;
    }

    /** The sequence from which on messages are in storage only, if there are any. */
    long first() {
        return first;
    }

    /** Whether a message with this sequence is one of these, if it is in the queue at all. */
    boolean contains(long sequence) {
        return messages > 0 && sequence >= first;
    }

    /** One joins at the end, which is, or soon will be, in storage. */
    void add(long sequence, int itsBytes) {
        if (messages == 0) {
            first = sequence;
        }
        set(messages + 1, bytes + itsBytes);
    }

    /** So many join in front of all others. */
    void addInFront(long sequence, int count, long theirBytes) {
        if (count > 0) {
            first = sequence;
            set(messages + count, bytes + theirBytes);
        }
    }

    /** One of them is gone, wherever it was. */
    void remove(long itsBytes) {
        set(messages - 1, messages == 1 ? 0 : Math.max(0, bytes - itsBytes));
    }

    /** The first one is not to be read again, and no longer one of these. */
    void skip(long sequence, long itsBytes) {
        first = sequence + 1;
        remove(itsBytes);
    }

    /** What has this sequence does not count, and is not to be read again. */
    void pass(long sequence) {
        first = sequence + 1;
    }

    /** There are none. */
    void clear() {
        set(0, 0);
    }

    private void set(int count, long theirBytes) {
        count(count - messages, theirBytes - bytes);
        messages = count;
        bytes = theirBytes;
    }

    /** So many are queued that were not counted, on this loop. */
    void count(int more, long moreBytes) {
        counters.add(Counter.QUEUED, more);
        counters.add(Counter.QUEUED_BYTES, moreBytes);
    }
}
