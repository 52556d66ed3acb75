package io.maxmq.core.session;

import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.Unstored;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Packet ids of QoS 2 that the client has sent and not yet released (MQTT 5.0 §4.3.3): a PUBLISH with one of them is the
 * same message again and is not routed a second time. At most the broker's receive maximum for MQTT 5.0; an MQTT 3 client, which cannot
 * know it, may have all ids. Part of the session state. Runs on the session's event loop. Not thread-safe.
 */
final class InboundQos2 {
    private final PacketIdSet ids = new PacketIdSet();

    private final SessionMemory memory;

    /** Of those, whose recipients have not all answered. */
    private @Nullable Int2ObjectHashMap<PendingOutcome> routing;
    /** Of those, whose PUBREL has come and is being written. */
    private @Nullable IntHashSet releasing;
    /** Of those, whose message storage has refused in part: it is to come again. */
    private @Nullable Int2ObjectHashMap<Unrouted> unrouted;

    /**
     * A message that has been routed, though not to everybody.
     *
     * @param missing who has not got it
     * @param isRecorded whether its own record is written
     */
    record Unrouted(long idHigh, long idLow, Unstored missing, boolean isRecorded) {}

    InboundQos2(SessionMemory memory) {
        this.memory = memory;
    }

    int size() {
        return ids.size();
    }

    /** Of those whose PUBREL has come, how many are being written. */
    int releasing() {
        return releasing == null ? 0 : releasing.size();
    }

    /** Gets memory for more ids if there are many; false when there is none, and no new id should be added. */
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

    /** The same for ids that are there already. */
    void forceRoom() {
        if (ids.isCrowded()) {
            memory.overcharge(PacketIdSet.SPREAD_BYTES);
            ids.spread();
        }
    }

    /** Whether no id waits for its PUBREL. */
    boolean isEmpty() {
        return size() == 0;
    }

    /** True when the id is new, which it then no longer is. */
    boolean add(int packetId) {
        return ids.add(packetId);
    }

    boolean contains(int packetId) {
        return ids.contains(packetId);
    }

    /** PUBREL, or a PUBREC that refused; false when the id is unknown. */
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

    /** The message is on its way to recipients that have not answered yet. */
    void routing(int packetId, PendingOutcome outcome) {
        Int2ObjectHashMap<PendingOutcome> present = routing;
        if (present == null) {
            present = new Int2ObjectHashMap<>();
            routing = present;
        }
        present.put(packetId, outcome);
    }

    /** What the message waits for; null when all have answered. */
    @Nullable
    PendingOutcome routing(int packetId) {
        return routing == null ? null : routing.get(packetId);
    }

    /** All recipients have answered. */
    void routed(int packetId) {
        if (routing != null) {
            routing.remove(packetId);
        }
    }

    /** Not everybody has the message: its publisher, which gets no acknowledgement, sends it again. */
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

    /** The message has come again; null when it was not to. */
    @Nullable
    Unrouted takeUnrouted(int packetId) {
        return unrouted == null ? null : unrouted.remove(packetId);
    }

    /** PUBREL has come for a known id and is to be written first; false when one has come before. */
    boolean releasing(int packetId) {
        IntHashSet present = releasing;
        if (present == null) {
            present = new IntHashSet();
            releasing = present;
        }
        return present.add(packetId);
    }

    /** A new connection: PUBRELs that are not answered come again. */
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
