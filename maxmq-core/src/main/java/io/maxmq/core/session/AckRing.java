package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledgements that a connection owes its publisher, in PUBLISH order (MQTT 5.0 §4.6). An entry waits until the last
 * recipient has what was promised; acknowledgements leave in order, so a waiting one holds back those behind it. While
 * nothing waits the ring is empty and acknowledgements pass by it.
 *
 * <p>Lives as long as the connection. Runs on the session's event loop. Not thread-safe.
 */
final class AckRing {
    private static final int FIRST_SLOTS = 16;

    /** Sends an acknowledgement that has become due. */
    interface Emitter {
        /** @param detail for people, with a refusal; null for none */
        void emit(PacketType type, int packetId, ReasonCode reason, @Nullable String detail);
    }

    private final Emitter emitter;
    private int[] packetIds = new int[0];
    private PacketType[] types = new PacketType[0];
    private @Nullable ReasonCode[] reasons = new ReasonCode[0];
    /** By place, of those few that have one; null while none of those that wait has. */
    private @Nullable Long2ObjectHashMap<String> details;

    private long head;
    private long tail;
    private int pubAcks;

    AckRing(Emitter emitter) {
        this.emitter = emitter;
    }

    /** How many wait. */
    int size() {
        return (int) (tail - head);
    }

    /** How many PUBACKs wait. */
    int waitingPubAcks() {
        return pubAcks;
    }

    /** Owes an acknowledgement whose reason is known: sent at once when nothing before it waits. */
    void add(PacketType type, int packetId, ReasonCode reason) {
        add(type, packetId, reason, null);
    }

    /** The same with a text for people. */
    void add(PacketType type, int packetId, ReasonCode reason, @Nullable String detail) {
        if (head == tail) {
            emitter.emit(type, packetId, reason, detail);
            return;
        }
        long place = append(type, packetId, reason);
        if (detail != null) {
            if (details == null) {
                details = new Long2ObjectHashMap<>();
            }
            details.put(place, detail);
        }
    }

    /** Owes an acknowledgement that {@link #complete} will make due; returns its place. */
    long addWaiting(PacketType type, int packetId) {
        return append(type, packetId, null);
    }

    /** Makes a waiting acknowledgement due and sends all that are due at the head. */
    void complete(long place, ReasonCode reason) {
        if (place < head) {
            return;
        }
        reasons[slot(place)] = reason;
        while (head < tail) {
            int slot = slot(head);
            ReasonCode due = reasons[slot];
            if (due == null) {
                return;
            }
            reasons[slot] = null;
            String detail = details == null ? null : details.remove(head);
            head++;
            if (types[slot] == PacketType.PUBACK) {
                pubAcks--;
            }
            emitter.emit(types[slot], packetIds[slot], due, detail);
        }
    }

    private long append(PacketType type, int packetId, @Nullable ReasonCode reason) {
        if (size() == packetIds.length) {
            grow();
        }
        int slot = slot(tail);
        packetIds[slot] = packetId;
        types[slot] = type;
        reasons[slot] = reason;
        if (type == PacketType.PUBACK) {
            pubAcks++;
        }
        return tail++;
    }

    private int slot(long place) {
        return (int) place & (packetIds.length - 1);
    }

    private void grow() {
        int slots = Math.max(FIRST_SLOTS, packetIds.length * 2);
        int[] newIds = new int[slots];
        PacketType[] newTypes = new PacketType[slots];
        @Nullable ReasonCode[] newReasons = new ReasonCode[slots];
        for (long place = head; place < tail; place++) {
            int from = slot(place);
            int to = (int) place & (slots - 1);
            newIds[to] = packetIds[from];
            newTypes[to] = types[from];
            newReasons[to] = reasons[from];
        }
        packetIds = newIds;
        types = newTypes;
        reasons = newReasons;
    }
}
