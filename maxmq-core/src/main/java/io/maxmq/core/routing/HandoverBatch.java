package io.maxmq.core.routing;

import io.maxmq.core.loop.Loop;
import io.maxmq.spi.DropReason;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch of messages from one loop to another, and the task that delivers them on the target loop. A QoS 0 message is
 * copied into the block of the batch; other messages are passed by reference. The source loop fills the batch, the
 * target loop delivers it and returns it. One loop at a time owns the batch; the queues between the loops publish its
 * content.
 */
final class HandoverBatch implements Runnable {
    private static final int FIRST_ENTRIES = 64;
    private static final int FIRST_BLOCK_BYTES = 8 * 1024;
    /** A larger block is not kept for reuse. */
    private static final int MAX_IDLE_BLOCK_BYTES = 128 * 1024;

    private final Handover handover;

    private int count;
    /** Number of delivered entries. */
    private int delivered;

    private long deliveries;
    private int blockBytes;
    private long chargedBytes;
    private boolean answersWanted;

    private Routes[] routes = new Routes[FIRST_ENTRIES];
    private Topic[] topics = new Topic[FIRST_ENTRIES];
    private @Nullable StoredMessage[] kept = new StoredMessage[FIRST_ENTRIES];
    private @Nullable SharedGroup[] groups = new SharedGroup[FIRST_ENTRIES];
    private @Nullable FilterSubscription[] members = new FilterSubscription[FIRST_ENTRIES];
    private @Nullable PendingOutcome[] outcomes = new PendingOutcome[FIRST_ENTRIES];
    /** Per entry: flags, attempts, start, propertiesLength, payloadLength. */
    private int[] numbers = new int[FIRST_ENTRIES * NUMBERS];

    private long[] expiries = new long[FIRST_ENTRIES];
    /** Per entry, written by the target: matched, accepted, refused. */
    private int[] answers = new int[FIRST_ENTRIES * 3];

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private @Nullable Map<DropReason, Integer>[] drops = new Map[FIRST_ENTRIES];

    private byte[] block = new byte[FIRST_BLOCK_BYTES];

    private static final int NUMBERS = 5;

    HandoverBatch(Handover handover) {
        this.handover = handover;
    }

    int blockBytes() {
        return blockBytes;
    }

    long chargedBytes() {
        return chargedBytes;
    }

    boolean answersWanted() {
        return answersWanted;
    }

    /**
     * Adds a message for all plain subscribers of the target loop, or for one of them or one member of a group. On the
     * source loop.
     */
    void add(
            RoutedMessage message,
            Routes routesOfTenant,
            @Nullable SharedGroup group,
            @Nullable FilterSubscription member,
            int attempts,
            @Nullable PendingOutcome outcome) {
        int i = count;
        if (i == topics.length) {
            grow();
        }
        routes[i] = routesOfTenant;
        topics[i] = message.topic();
        groups[i] = group;
        members[i] = member;
        outcomes[i] = outcome;
        expiries[i] = message.expiresAtMillis();
        answersWanted |= outcome != null;

        chargedBytes += message.topic().utf8().length;
        int at = i * NUMBERS;
        numbers[at] = message.qos() | (message.retain() ? 4 : 0);
        numbers[at + 1] = attempts;
        if (message.qos() > 0) {
            StoredMessage reference = message.keep();
            kept[i] = reference;
            chargedBytes += reference.bytes();
        } else {
            kept[i] = null;
            int properties = message.propertiesLength();
            int payload = message.payloadLength();
            int start = reserve(properties + payload);
            message.copyProperties(block, start);
            message.copyPayload(block, start + properties);
            numbers[at + 2] = start;
            numbers[at + 3] = properties;
            numbers[at + 4] = payload;
            chargedBytes += properties + payload;
        }
        count = i + 1;
    }

    private int reserve(int bytes) {
        int start = blockBytes;
        int end = start + bytes;
        if (end > block.length) {
            block = Arrays.copyOf(block, Math.max(end, block.length * 2));
        }
        blockBytes = end;
        return start;
    }

    private void grow() {
        int size = count * 2;
        routes = Arrays.copyOf(routes, size);
        topics = Arrays.copyOf(topics, size);
        kept = Arrays.copyOf(kept, size);
        groups = Arrays.copyOf(groups, size);
        members = Arrays.copyOf(members, size);
        outcomes = Arrays.copyOf(outcomes, size);
        drops = Arrays.copyOf(drops, size);
        expiries = Arrays.copyOf(expiries, size);
        numbers = Arrays.copyOf(numbers, size * NUMBERS);
        answers = Arrays.copyOf(answers, size * 3);
    }

    int count() {
        return count;
    }

    /** Number of recipients of all messages. */
    long deliveries() {
        return deliveries;
    }

    @Override
    public void run() {
        handover.arrived(this);
    }

    /**
     * Delivers entries in order until the time slice of the loop is used up. Returns false if entries remain. Catches
     * exceptions of recipients. On the target loop.
     */
    boolean deliver(Loop loop, long workAtBegin) {
        Router target = handover.target();
        RoutedMessage message = target.handedOver();
        for (int i = delivered; i < count; i++) {
            if (!loop.mayGoOn(workAtBegin)) {
                return false;
            }
            delivered = i + 1;
            int at = i * NUMBERS;
            int flags = numbers[at];
            StoredMessage reference = kept[i];
            if (reference != null) {
                message.beginForeign(reference);
            } else {
                message.begin(topics[i], flags & 3, (flags & 4) != 0, null);
                message.properties(block, numbers[at + 2], numbers[at + 3]);
                message.payload(block, numbers[at + 2] + numbers[at + 3], numbers[at + 4]);
                message.expiresAtMillis(expiries[i]);
            }
            PendingOutcome wanted = outcomes[i];
            if (wanted != null) {
                message.track(wanted.withReasons());
            }
            target.receive(message, routes[i], groups[i], members[i], numbers[at + 1]);
            deliveries += message.matched();
            if (wanted != null) {
                answer(i, wanted, message);
            }
        }
        return true;
    }

    private void answer(int i, PendingOutcome wanted, RoutedMessage message) {
        PendingOutcome later = message.outcome();
        if (later != null && !later.isComplete()) {
            // Storage or a third loop has not answered yet: this entry is answered separately, after the batch.
            later.addKnown(message);
            later.onComplete(() -> handover.answerLater(wanted, later));
            outcomes[i] = null;
            return;
        }
        answers[i * 3] = message.matched() + (later == null ? 0 : later.matched());
        answers[i * 3 + 1] = message.accepted() + (later == null ? 0 : later.accepted());
        answers[i * 3 + 2] = message.refused() + (later == null ? 0 : later.refused());
        drops[i] = message.drops();
    }

    /** Completes the outcomes that wait for this batch. On the source loop. */
    void completeOutcomes() {
        for (int i = 0; i < count; i++) {
            PendingOutcome waiting = outcomes[i];
            if (waiting != null) {
                waiting.complete(answers[i * 3], answers[i * 3 + 1], answers[i * 3 + 2], drops[i]);
            }
        }
    }

    /** Clears the batch for reuse, so that it pins no message while idle. */
    void clear() {
        Arrays.fill(topics, 0, count, null);
        Arrays.fill(routes, 0, count, null);
        Arrays.fill(kept, 0, count, null);
        Arrays.fill(groups, 0, count, null);
        Arrays.fill(members, 0, count, null);
        Arrays.fill(outcomes, 0, count, null);
        Arrays.fill(drops, 0, count, null);
        count = 0;
        delivered = 0;
        deliveries = 0;
        blockBytes = 0;
        chargedBytes = 0;
        answersWanted = false;
        if (block.length > MAX_IDLE_BLOCK_BYTES) {
            block = new byte[FIRST_BLOCK_BYTES];
        }
    }
}
