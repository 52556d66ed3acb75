package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import org.jspecify.annotations.Nullable;

/**
 * Handles a client's acknowledgements of outbound QoS 1 and 2 messages: PUBACK, PUBREC, PUBCOMP (MQTT 5.0 §4.3).
 * Removes the messages from the in-flight window, releases their memory and records, and sends PUBREL, in a durable
 * session after PUBREC is written. The caller then sends the queued messages that have room.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class OutboundAcks {
    private final LoopSessions home;
    private final SessionKey key;
    private final InFlight inFlight;
    /** Null if the session is not durable. */
    private final @Nullable PendingRecords records;
    /** Called when a packet id becomes reusable after its PUBCOMP was handled. */
    private final Runnable pump;

    // valid for the connection
    private @Nullable PacketSink sink;
    private @Nullable ClientInfo client;

    OutboundAcks(
            LoopSessions home, SessionKey key, InFlight inFlight, @Nullable PendingRecords records, Runnable pump) {
        this.home = home;
        this.key = key;
        this.inFlight = inFlight;
        this.records = records;
        this.pump = pump;
    }

    /** Attaches a connection; null when the connection has ended. */
    void attach(@Nullable PacketSink connection, @Nullable ClientInfo as) {
        sink = connection;
        client = as;
    }

    // hot: per message
    void onPubAck(int packetId, ReasonCode reason) {
        tell(take(packetId, 1), 1, packetId, reason);
    }

    void onPubRec(int packetId, ReasonCode reason) {
        if (reason.isError()) {
            tell(take(packetId, 2), 2, packetId, reason);
            return;
        }
        FilterSubscription subscription = records == null ? null : inFlight.subscription(packetId);
        StoredMessage taken = inFlight.release(packetId);
        tell(taken, 2, packetId, reason);
        if (taken != null) {
            home.memory().release(taken);
            if (records != null) {
                records.release(inFlight.sequence(packetId), taken.original(), inFlight.flags(packetId), subscription);
                return;
            }
        }
        if (!isReleasing(packetId)) {
            boolean known = taken != null || inFlight.isReleased(packetId);
            sendPubRel(packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    void onPubComp(int packetId) {
        PendingRecords written = records;
        long sequence = written == null ? -1 : inFlight.sequence(packetId);
        if (!inFlight.complete(packetId) || written == null) {
            return;
        }
        if (sequence >= home.journal().firstSequence()) {
            written.done(sequence, null);
            return;
        }
        // A sequence from before the start may share its packet id with a new one; the next start must not find records
        // of both.
        inFlight.hold(packetId);
        written.completed(sequence, () -> {
            inFlight.letGo(packetId);
            pump.run();
        });
    }

    /**
     * Removes an in-flight message that is acknowledged or must not be sent again, and returns it; null if there is no
     * such message.
     */
    @Nullable
    StoredMessage take(int packetId, int qos) {
        long sequence = records == null ? -1 : inFlight.sequence(packetId);
        StoredMessage taken = inFlight.remove(packetId, qos);
        if (taken != null) {
            home.memory().release(taken);
            if (records != null) {
                records.done(sequence, taken.original());
            }
        }
        return taken;
    }

    private void tell(@Nullable StoredMessage taken, int qos, int packetId, ReasonCode reason) {
        ObservedDeliveries observed = home.observed();
        if (observed != null && taken != null) {
            observed.answered(key, client, taken, qos, packetId, reason);
        }
    }

    // ---- PUBREL

    /** Returns whether a received PUBREC of this id is not written yet, so that PUBREL waits. */
    private boolean isReleasing(int packetId) {
        return records != null && records.isReleasing(inFlight.sequence(packetId));
    }

    /** Sends PUBREL after PUBREC of this message is written. */
    void onReleased(long sequence) {
        int packetId = InFlight.packetId(sequence);
        if (inFlight.isReleased(packetId) && inFlight.isActive(packetId)) {
            sendPubRel(packetId, ReasonCode.SUCCESS);
        }
    }

    /** Sends PUBREL again on a later connection, unless PUBREC is not written yet. */
    void resendPubRel(int packetId) {
        if (!isReleasing(packetId)) {
            sendPubRel(packetId, ReasonCode.SUCCESS);
        }
    }

    private void sendPubRel(int packetId, ReasonCode reason) {
        PacketSink to = sink;
        if (to != null) {
            to.sendAck(PacketType.PUBREL, packetId, reason);
        }
    }
}
