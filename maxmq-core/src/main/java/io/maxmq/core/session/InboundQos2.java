package io.maxmq.core.session;

import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.Unstored;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Packet ids of inbound QoS 2 messages between PUBLISH and PUBREL (MQTT 5.0 §4.3.3). A PUBLISH with one of these ids is
 * a repetition and is not routed again. MQTT 5.0 clients have at most the broker's receive maximum of them; MQTT 3
 * clients, which do not know that limit, may use all ids. Part of the session state. Runs on the session's event loop.
 * Not thread-safe.
 */
final class InboundQos2 {
    private final PacketIdSet ids = new PacketIdSet();

    private final SessionMemory memory;

    /** Ids whose recipients have not all answered. */
    private @Nullable Int2ObjectHashMap<PendingOutcome> routing;
    /** Ids whose PUBREL has arrived and is being written. */
    private @Nullable IntHashSet releasing;
    /** Ids whose message must arrive again, because a recipient's write failed. */
    private @Nullable Int2ObjectHashMap<Unrouted> unrouted;

    /**
     * A message that was routed to a part of its recipients.
     *
     * @param missing recipients without the message
     * @param isRecorded whether the record of the packet id is written
     */
    record Unrouted(long idHigh, long idLow, Unstored missing, boolean isRecorded) {}

    InboundQos2(SessionMemory memory) {
        this.memory = memory;
    }

    int size() {
        return ids.size();
    }

    /** Returns the number of PUBRELs that are being written. */
    int releasing() {
        return releasing == null ? 0 : releasing.size();
    }

    /**
     * Charges memory for more ids if there are many; false if memory is insufficient, so that no new id should be
     * added.
     */
    boolean makeRoom() {
        if (!ids.isCrowded()) {
            return true;
        }
        if (!memory.chargePacketIds()) {
            return false;
        }
        ids.spread();
        return true;
    }

    /** Charges memory for ids that are already present, even beyond the budget. */
    void forceRoom() {
        if (ids.isCrowded()) {
            memory.overcharge(PacketIdSet.SPREAD_BYTES);
            ids.spread();
        }
    }

    /** Returns whether no id waits for its PUBREL. */
    boolean isEmpty() {
        return size() == 0;
    }

    /** Adds an id; true if it is new. */
    boolean add(int packetId) {
        return ids.add(packetId);
    }

    boolean contains(int packetId) {
        return ids.contains(packetId);
    }

    /** Removes an id on PUBREL or after an error PUBREC; false if it is unknown. */
    boolean remove(int packetId) {
        boolean wasSpread = ids.isSpread();
        if (!ids.remove(packetId)) {
            return false;
        }
        giveBackRoom(wasSpread);
        routed(packetId);
        if (releasing != null) {
            releasing.remove(packetId);
        }
        if (unrouted != null) {
            unrouted.remove(packetId);
        }
        return true;
    }

    /** Notes that recipients of the message have not all answered. */
    void routing(int packetId, PendingOutcome outcome) {
        Int2ObjectHashMap<PendingOutcome> present = routing;
        if (present == null) {
            present = new Int2ObjectHashMap<>();
            routing = present;
        }
        present.put(packetId, outcome);
    }

    /** Returns the pending outcome of the message; null if all recipients have answered. */
    @Nullable
    PendingOutcome routing(int packetId) {
        return routing == null ? null : routing.get(packetId);
    }

    /** Notes that all recipients have answered. */
    void routed(int packetId) {
        if (routing != null) {
            routing.remove(packetId);
        }
    }

    /** Notes that recipients miss the message. Its publisher gets no acknowledgement and sends it again. */
    void unrouted(int packetId, Unrouted message) {
        Int2ObjectHashMap<Unrouted> present = unrouted;
        if (present == null) {
            present = new Int2ObjectHashMap<>();
            unrouted = present;
        }
        present.put(packetId, message);
    }

    boolean isUnrouted(int packetId) {
        return unrouted != null && unrouted.containsKey(packetId);
    }

    /**
     * Removes and returns the state of a partly routed message that has arrived again; null if the message was fully
     * routed.
     */
    @Nullable
    Unrouted takeUnrouted(int packetId) {
        return unrouted == null ? null : unrouted.remove(packetId);
    }

    /** Notes a PUBREL for a known id that must be written before the reply; false if it is a repetition. */
    boolean releasing(int packetId) {
        IntHashSet present = releasing;
        if (present == null) {
            present = new IntHashSet();
            releasing = present;
        }
        return present.add(packetId);
    }

    /** Forgets unanswered PUBRELs on a new connection, where the client sends them again. */
    void retryReleases() {
        releasing = null;
    }

    private void giveBackRoom(boolean wasSpread) {
        if (wasSpread && !ids.isSpread()) {
            memory.release(PacketIdSet.SPREAD_BYTES);
        }
    }

    void clear() {
        boolean wasSpread = ids.isSpread();
        ids.clear();
        giveBackRoom(wasSpread);
        routing = null;
        releasing = null;
        unrouted = null;
    }
}
