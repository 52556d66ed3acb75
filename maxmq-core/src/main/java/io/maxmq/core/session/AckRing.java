package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledgements that a connection owes its publisher, in PUBLISH order (MQTT 5.0 §4.6). An entry waits until the
 * last recipient has accepted the message. Acknowledgements are sent in order, so a waiting entry delays the later
 * ones. When no entry waits, the ring is empty and acknowledgements are sent directly.
 *
 * <p>Lives as long as the connection. Runs on the session's event loop. Not thread-safe.
 */
final class AckRing {
    private static final int FIRST_SLOTS = 16;

    /** Sends an acknowledgement that is due. */
    interface Emitter {
        /** @param detail human-readable detail of an error code; null for none */
        void emit(PacketType type, int packetId, ReasonCode reason, @Nullable String detail);
    }

    private final Emitter emitter;
    private int[] packetIds = new int[0];
    private PacketType[] types = new PacketType[0];
    private @Nullable ReasonCode[] reasons = new ReasonCode[0];
    /** Details by place; null while no waiting entry has one. */
    private @Nullable Long2ObjectHashMap<String> details;

    private long head;
    private long tail;
    private int pubAcks;

    AckRing(Emitter emitter) {
        this.emitter = emitter;
    }

    /** Returns the number of waiting entries. */
    int size() {
        return (int) (tail - head);
    }

    /** Returns the number of waiting PUBACKs. */
    int waitingPubAcks() {
        return pubAcks;
    }

    /** Adds an acknowledgement with a known reason code; sends it at once if no earlier entry waits. */
    void add(PacketType type, int packetId, ReasonCode reason) {
        add(type, packetId, reason, null);
    }

    /** Adds an acknowledgement with a known reason code and a human-readable detail. */
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

    /** Adds a waiting acknowledgement and returns its place, for {@link #complete}. */
    long addWaiting(PacketType type, int packetId) {
        return append(type, packetId, null);
    }

    /**
     * Sets the reason code of a waiting acknowledgement, and sends all entries at the head that are due. No effect if
     * the entry was sent before.
     */
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
