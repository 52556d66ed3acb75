package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Packets that this session has sent and that are not yet acknowledged, in sending order (MQTT 5.0 §4.4, §4.6, §4.9).
 * Survives a reconnect; a clean start clears it.
 *
 * <p>A ring over a sequence that never repeats. The packet id is a function of the sequence, {@code 1 + sequence mod
 * 65535}, so a resend carries the original id, in the original order, and nothing has to be looked up:
 *
 * <pre>
 *        head                         tail
 *  ... |  SENT | free | RELEASED | SENT |  ...     free between head and tail: acknowledged out of order
 * </pre>
 *
 * Runs on the session's event loop. Not thread-safe.
 */
final class InFlight {
    /** Packet ids are 1..65535 (§2.2.1). */
    static final int PACKET_IDS = 65_535;

    private static final int FIRST_SLOTS = 16;

    private static final byte FREE = 0;
    /** PUBLISH sent; waits for PUBACK (QoS 1) or PUBREC (QoS 2). */
    private static final byte SENT = 1;
    /** PUBREL sent; waits for PUBCOMP. The message itself is no longer held. */
    private static final byte RELEASED = 2;

    /** What {@link InFlight#resendNext} calls, in sending order. */
    interface Resender {
        void resendPublish(StoredMessage message, int flags, int packetId, Subscription subscription);

        void resendPubRel(int packetId);
    }

    /** Takes over what is no longer held. */
    interface Released {
        void onReleased(StoredMessage message, int flags, Subscription subscription);
    }

    private @Nullable StoredMessage[] messages = new StoredMessage[0];
    private @Nullable Subscription[] subscriptions = new Subscription[0];
    private byte[] states = new byte[0];
    private byte[] flags = new byte[0];
    private long head;
    private long tail;
    /** What lies from here to the tail has not been sent on this connection yet. */
    private long resendAt;
    /** How many before {@link #resendAt} are unacknowledged: what the receive maximum of this connection bounds. */
    private int active;

    private int outstanding;
    private long bytes;

    /** Messages sent, on whichever connection, and not yet fully acknowledged. */
    int outstanding() {
        return outstanding;
    }

    /** Bytes of the messages held here. */
    long bytes() {
        return bytes;
    }

    /** Whether one more may be sent within {@code window} and {@code maxBytes}; a packet id in use waits for its slot. */
    boolean hasRoom(int window, long maxBytes) {
        return active < window
                && resendAt == tail
                && tail - head < PACKET_IDS
                && (bytes < maxBytes || outstanding == 0);
    }

    /**
     * Adds a message that is about to be sent and returns its packet id.
     *
     * @param deliveryFlags see {@link DeliveryFlags}
     */
    int add(StoredMessage message, int deliveryFlags, Subscription subscription) {
        if (tail - head == states.length) {
            grow();
        }
        int slot = slot(tail);
        messages[slot] = message;
        subscriptions[slot] = subscription;
        states[slot] = SENT;
        flags[slot] = (byte) deliveryFlags;
        outstanding++;
        active++;
        bytes += message.bytes();
        resendAt++;
        return packetId(tail++);
    }

    /** PUBACK, or a PUBREC that refuses: the message is done with. Null when no such packet id is waiting for it. */
    @Nullable
    StoredMessage remove(int packetId, int qos) {
        long sequence = find(packetId);
        if (!isSent(sequence, qos)) {
            return null;
        }
        StoredMessage message = takeMessage(slot(sequence));
        free(sequence);
        return message;
    }

    /** PUBREC: the message is the receiver's now, PUBREL is due (§4.3.3). Null when no such packet id is waiting for it. */
    @Nullable
    StoredMessage release(int packetId) {
        long sequence = find(packetId);
        if (!isSent(sequence, 2)) {
            return null;
        }
        states[slot(sequence)] = RELEASED;
        return takeMessage(slot(sequence));
    }

    /** Whether PUBREL has been sent for this id and PUBCOMP is due. */
    boolean isReleased(int packetId) {
        long sequence = find(packetId);
        return sequence >= 0 && states[slot(sequence)] == RELEASED;
    }

    /** PUBCOMP; false when no such packet id is waiting for it. */
    boolean complete(int packetId) {
        if (!isReleased(packetId)) {
            return false;
        }
        free(find(packetId));
        return true;
    }

    /** A new connection: everything unacknowledged is to be sent again, in the original order (§4.4). */
    void restart() {
        resendAt = head;
        active = 0;
    }

    /** Sends the next one again; false when nothing is left to resend or the window is full. */
    boolean resendNext(int window, Resender resender) {
        while (resendAt < tail && active < window) {
            int slot = slot(resendAt);
            int packetId = packetId(resendAt);
            resendAt++;
            StoredMessage message = messages[slot];
            Subscription subscription = subscriptions[slot];
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

    /** Forgets all and hands what was held to {@code released}, in order. */
    void clear(Released released) {
        for (long sequence = head; sequence < tail; sequence++) {
            int slot = slot(sequence);
            StoredMessage message = messages[slot];
            Subscription subscription = subscriptions[slot];
            if (message != null && subscription != null) {
                released.onReleased(message, flags[slot], subscription);
            }
        }
        Arrays.fill(messages, null);
        Arrays.fill(subscriptions, null);
        Arrays.fill(states, FREE);
        head = tail;
        resendAt = tail;
        active = 0;
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

    private void free(long sequence) {
        states[slot(sequence)] = FREE;
        outstanding--;
        if (sequence < resendAt) {
            active--;
        }
        while (head < tail && states[slot(head)] == FREE) {
            head++;
        }
        resendAt = Math.max(resendAt, head);
    }

    private boolean isSent(long sequence, int qos) {
        if (sequence < 0) {
            return false;
        }
        int slot = slot(sequence);
        return states[slot] == SENT && DeliveryFlags.qos(flags[slot]) == qos;
    }

    /** The sequence with this packet id, or -1. */
    private long find(int packetId) {
        // The distance from head's id to this one, around the circle of 65535 ids.
        long distance = Math.floorMod(packetId - packetId(head), PACKET_IDS);
        return distance < tail - head ? head + distance : -1;
    }

    private static int packetId(long sequence) {
        return 1 + (int) (sequence % PACKET_IDS);
    }

    private int slot(long sequence) {
        return (int) sequence & (states.length - 1);
    }

    private void grow() {
        int size = Math.max(FIRST_SLOTS, states.length * 2);
        @Nullable StoredMessage[] newMessages = new StoredMessage[size];
        @Nullable Subscription[] newSubscriptions = new Subscription[size];
        byte[] newStates = new byte[size];
        byte[] newFlags = new byte[size];
        for (long sequence = head; sequence < tail; sequence++) {
            int from = slot(sequence);
            int to = (int) sequence & (size - 1);
            newMessages[to] = messages[from];
            newSubscriptions[to] = subscriptions[from];
            newStates[to] = states[from];
            newFlags[to] = flags[from];
        }
        messages = newMessages;
        subscriptions = newSubscriptions;
        states = newStates;
        flags = newFlags;
    }
}
