package io.maxmq.core.session;

import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import java.util.Arrays;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Packets that this session has sent and that are not yet acknowledged, in sending order (MQTT 5.0 §4.4, §4.6, §4.9).
 * Survives a reconnect; a clean start clears it.
 *
 * <p>A ring of places, each with a sequence: the position of a message in the session's order, which rises and never
 * repeats. The packet id is a function of the sequence, {@code 1 + sequence mod 65535}, so a resend carries the
 * original id, also after a restart, and sending needs no record. Sequences of messages that were never sent leave
 * gaps.
 *
 * <pre>
 *        head                         tail
 *  ... |  SENT | free | RELEASED | SENT |  ...     free between head and tail: acknowledged out of order
 * </pre>
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class InFlight {
    /** Packet ids are 1..65535 (§2.2.1). */
    static final int PACKET_IDS = 65_535;

    private static final int FIRST_SLOTS = 16;

    private static final byte FREE = 0;
    /** PUBLISH sent; waits for PUBACK (QoS 1) or PUBREC (QoS 2). */
    private static final byte SENT = 1;
    /** PUBREC received: PUBREL is due or sent; waits for PUBCOMP. The message itself is no longer held. */
    private static final byte RELEASED = 2;

    /** Sends packets again for {@link InFlight#resendNext}, in sending order. */
    interface Resender {
        void resendPublish(StoredMessage message, int flags, int packetId, FilterSubscription subscription);

        void resendPubRel(int packetId);
    }

    /** Takes over the messages that {@link InFlight#clear} removes. */
    interface Released {
        void onReleased(long sequence, StoredMessage message, int flags, FilterSubscription subscription);
    }

    private final LoopCounters counters;
    private @Nullable StoredMessage[] messages = new StoredMessage[0];
    private @Nullable FilterSubscription[] subscriptions = new FilterSubscription[0];
    private byte[] states = new byte[0];
    private byte[] flags = new byte[0];
    private long[] sequences = new long[0];
    private long head;
    private long tail;
    /** Places from here to the tail have not been sent on this connection. */
    private long resendAt;
    /** Number of unacknowledged packets before {@link #resendAt}, which this connection's receive maximum bounds. */
    private int active;

    private int outstanding;
    private long bytes;
    private long lastSequence = -1;
    /** Packet ids that must not be reused yet. */
    private @Nullable IntHashSet held;

    /** @param counters of the session's loop */
    InFlight(LoopCounters counters) {
        this.counters = counters;
    }

    /** Returns the number of messages sent, on any connection, and not fully acknowledged. */
    int outstanding() {
        return outstanding;
    }

    /** Returns whether nothing is outstanding and every packet id may be used. */
    boolean isAtRest() {
        return outstanding == 0 && held == null;
    }

    /** Returns the bytes of the messages held here. */
    long bytes() {
        return bytes;
    }

    /**
     * Returns whether the message with this sequence may be sent within {@code window} and {@code maxBytes}. A message
     * whose packet id is in use must wait.
     */
    boolean hasRoom(int window, long maxBytes, long sequence) {
        return active < window
                && resendAt == tail
                && (head == tail || sequence - sequences[slot(head)] < PACKET_IDS || !isUsed(packetId(sequence)))
                && (held == null || !held.contains(packetId(sequence)))
                && (bytes < maxBytes || outstanding == 0);
    }

    /**
     * Adds a message that is about to be sent and returns its packet id.
     *
     * @param sequence above all sequences added before
     * @param deliveryFlags see {@link DeliveryFlags}
     */
    int add(long sequence, StoredMessage message, int deliveryFlags, FilterSubscription subscription) {
        int slot = addPlace(sequence, SENT, deliveryFlags);
        messages[slot] = message;
        subscriptions[slot] = subscription;
        bytes += message.bytes();
        return packetId(sequence);
    }

    /** Adds a message whose PUBREC arrived in a previous run. */
    void addReleased(long sequence, int deliveryFlags) {
        addPlace(sequence, RELEASED, deliveryFlags);
    }

    private int addPlace(long sequence, byte state, int deliveryFlags) { // hot: per message
        if (tail - head == states.length) {
            makeRoom();
        }
        int slot = slot(tail);
        states[slot] = state;
        flags[slot] = (byte) deliveryFlags;
        sequences[slot] = sequence;
        lastSequence = sequence;
        outstanding++;
        counters.increment(Counter.IN_FLIGHT);
        active++;
        resendAt++;
        tail++;
        return slot;
    }

    /** Returns the highest sequence ever added, acknowledged or not; -1 for none. */
    long lastSequence() {
        return lastSequence;
    }

    /** Returns the delivery flags of an outstanding packet. */
    int flags(int packetId) {
        return flags[slot(find(packetId))];
    }

    /** Returns the subscription of a packet; null if the packet does not wait for PUBACK or PUBREC. */
    @Nullable
    FilterSubscription subscription(int packetId) {
        long place = find(packetId);
        return place < 0 ? null : subscriptions[slot(place)];
    }

    /** Returns the sequence of the outstanding packet with this id; -1 if there is none. */
    long sequence(int packetId) {
        long place = find(packetId);
        return place < 0 || states[slot(place)] == FREE ? -1 : sequences[slot(place)];
    }

    /**
     * Removes and returns a message on PUBACK or on a PUBREC with an error code; null if no packet with this id waits
     * for it.
     */
    @Nullable
    StoredMessage remove(int packetId, int qos) {
        long place = find(packetId);
        if (!isSent(place, qos)) {
            return null;
        }
        StoredMessage message = takeMessage(slot(place));
        free(place);
        return message;
    }

    /**
     * Returns a message on PUBREC, which makes the client responsible for it, so that PUBREL is due (§4.3.3); null if
     * no packet with this id waits for PUBREC.
     */
    @Nullable
    StoredMessage release(int packetId) {
        long place = find(packetId);
        if (!isSent(place, 2)) {
            return null;
        }
        states[slot(place)] = RELEASED;
        return takeMessage(slot(place));
    }

    /** Returns whether the packet waits for PUBCOMP after its PUBREC. */
    boolean isReleased(int packetId) {
        long place = find(packetId);
        return place >= 0 && states[slot(place)] == RELEASED;
    }

    /** Returns whether the packet was sent, or sent again, on this connection. */
    boolean isActive(int packetId) {
        long place = find(packetId);
        return place >= 0 && place < resendAt;
    }

    /** Removes a packet on PUBCOMP; false if no packet with this id waits for it. */
    boolean complete(int packetId) {
        if (!isReleased(packetId)) {
            return false;
        }
        free(find(packetId));
        return true;
    }

    /** Reserves a packet id until {@link #letGo}, so that no other message gets it. */
    void hold(int packetId) {
        IntHashSet present = held;
        if (present == null) {
            present = new IntHashSet();
            held = present;
        }
        present.add(packetId);
    }

    void letGo(int packetId) {
        IntHashSet present = held;
        if (present != null) {
            present.remove(packetId);
            held = present.isEmpty() ? null : present;
        }
    }

    /** Prepares for a new connection, on which everything unacknowledged is sent again in the original order (§4.4). */
    void restart() {
        resendAt = head;
        active = 0;
    }

    /** Sends the next packet again; false if nothing is left to resend or the window is full. */
    boolean resendNext(int window, Resender resender) {
        while (resendAt < tail && active < window) {
            int slot = slot(resendAt);
            int packetId = packetId(sequences[slot]);
            resendAt++;
            StoredMessage message = messages[slot];
            FilterSubscription subscription = subscriptions[slot];
            if (states[slot] == RELEASED) {
                active++;
                resender.resendPubRel(packetId);
                return true;
            }
            if (message != null && subscription != null) {
                active++;
                resender.resendPublish(message, flags[slot], packetId, subscription);
                return true;
            }
        }
        return false;
    }

    /** Visits the messages held after a position, in sending order. */
    void show(MessageCursor after, HeldMessages.Visitor visitor) {
        for (long place = head; place < tail; place++) {
            int slot = slot(place);
            StoredMessage message = messages[slot];
            FilterSubscription subscription = subscriptions[slot];
            if (sequences[slot] > after.sequence()
                    && message != null
                    && subscription != null
                    && !visitor.visit(sequences[slot], message, flags[slot], subscription)) {
                return;
            }
        }
    }

    /** Returns the number of outstanding packets whose message is no longer held. */
    int released() {
        int released = 0;
        for (long place = head; place < tail; place++) {
            released += states[slot(place)] == RELEASED ? 1 : 0;
        }
        return released;
    }

    /** Selects the messages to remove. */
    interface Leaving {
        boolean leaves(long sequence, int flags, FilterSubscription subscription);
    }

    /** Takes over a removed message. */
    interface Left {
        void onLeft(long sequence, StoredMessage message, FilterSubscription subscription);
    }

    /** Removes the selected messages that wait for PUBACK or PUBREC, and passes them to {@code left}, in order. */
    void leave(Leaving leaving, Left left) {
        long end = tail;
        for (long place = head; place < end; place++) {
            int slot = slot(place);
            FilterSubscription subscription = subscriptions[slot];
            if (states[slot] == SENT
                    && subscription != null
                    && leaving.leaves(sequences[slot], flags[slot], subscription)) {
                long sequence = sequences[slot];
                StoredMessage message = takeMessage(slot);
                free(place);
                left.onLeft(sequence, message, subscription);
            }
        }
    }

    /** Removes all packets and passes the held messages to {@code released}, in order. */
    void clear(Released released) {
        for (long place = head; place < tail; place++) {
            int slot = slot(place);
            StoredMessage message = messages[slot];
            FilterSubscription subscription = subscriptions[slot];
            if (message != null && subscription != null) {
                released.onReleased(sequences[slot], message, flags[slot], subscription);
            }
        }
        Arrays.fill(messages, null);
        Arrays.fill(subscriptions, null);
        Arrays.fill(states, FREE);
        head = tail;
        resendAt = tail;
        active = 0;
        counters.add(Counter.IN_FLIGHT, -outstanding);
        outstanding = 0;
        bytes = 0;
    }

    private StoredMessage takeMessage(int slot) {
        StoredMessage message = messages[slot];
        assert message != null;
        messages[slot] = null;
        subscriptions[slot] = null;
        bytes -= message.bytes();
        return message;
    }

    private void free(long place) {
        states[slot(place)] = FREE;
        outstanding--;
        counters.add(Counter.IN_FLIGHT, -1);
        if (place < resendAt) {
            active--;
        }
        while (head < tail && states[slot(head)] == FREE) {
            head++;
        }
        resendAt = Math.max(resendAt, head);
    }

    private boolean isSent(long place, int qos) {
        if (place < 0) {
            return false;
        }
        int slot = slot(place);
        return states[slot] == SENT && DeliveryFlags.qos(flags[slot]) == qos;
    }

    /**
     * Returns the place of the packet with this id, or -1. The place may be free, after an acknowledgement out of
     * order.
     */
    private long find(int packetId) { // hot: per acknowledgement
        if (head == tail) {
            return -1;
        }
        long first = sequences[slot(head)];
        if (sequences[slot(tail - 1)] - first >= PACKET_IDS) {
            return findBehindGap(packetId);
        }
        long wanted = sequenceFrom(first, packetId);
        // Without gaps, places and sequences have the same distance from the first; with gaps, places have a smaller
        // one.
        long place = Math.min(head + (wanted - first), tail - 1);
        return sequences[slot(place)] == wanted ? place : search(wanted, head, place);
    }

    /** Returns the lowest sequence, from this one on, with this packet id. */
    private static long sequenceFrom(long first, int packetId) {
        return first + Math.floorMod(packetId - packetId(first), PACKET_IDS);
    }

    /**
     * Finds a place when sequences span more than 65535, as after a restart: sequences of the present run are far above
     * unacknowledged ones of earlier runs. Searches once per run, each at the logarithm of the window.
     */
    private long findBehindGap(int packetId) {
        for (long from = head; from < tail; ) {
            long first = sequences[slot(from)];
            long wanted = sequenceFrom(first, packetId);
            long place = search(wanted, from, tail - 1);
            if (place >= 0 && states[slot(place)] != FREE) {
                return place;
            }
            from = firstAtOrAbove(first + PACKET_IDS, from);
        }
        return -1;
    }

    private boolean isUsed(int packetId) {
        return findBehindGap(packetId) >= 0;
    }

    private long search(long wanted, long from, long last) {
        long place = firstAtOrAbove(wanted, from);
        return place <= last && sequences[slot(place)] == wanted ? place : -1;
    }

    /** Returns the first place, from this one on, whose sequence is equal or higher; the tail if there is none. */
    private long firstAtOrAbove(long sequence, long from) {
        long low = from;
        long high = tail;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (sequences[slot(middle)] < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the packet id of a sequence. */
    static int packetId(long sequence) {
        return 1 + (int) (sequence % PACKET_IDS);
    }

    private int slot(long place) {
        return (int) place & (states.length - 1);
    }

    /**
     * Removes the free places, and doubles the ring if they are few. A client that never acknowledges its oldest packet
     * thus occupies no more than its window.
     */
    private void makeRoom() {
        int size = outstanding > states.length / 2 ? states.length * 2 : states.length;
        rebuild(Math.max(FIRST_SLOTS, size));
    }

    private void rebuild(int size) {
        @Nullable StoredMessage[] newMessages = new StoredMessage[size];
        @Nullable FilterSubscription[] newSubscriptions = new FilterSubscription[size];
        byte[] newStates = new byte[size];
        byte[] newFlags = new byte[size];
        long[] newSequences = new long[size];
        int to = 0;
        int newResendAt = 0;
        for (long place = head; place < tail; place++) {
            int from = slot(place);
            if (states[from] == FREE) {
                continue;
            }
            newMessages[to] = messages[from];
            newSubscriptions[to] = subscriptions[from];
            newStates[to] = states[from];
            newFlags[to] = flags[from];
            newSequences[to] = sequences[from];
            to++;
            if (place < resendAt) {
                newResendAt = to;
            }
        }
        messages = newMessages;
        subscriptions = newSubscriptions;
        states = newStates;
        flags = newFlags;
        sequences = newSequences;
        head = 0;
        tail = to;
        resendAt = newResendAt;
    }
}
