package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.spi.ClientInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a client says about messages of QoS 1 and 2 that it was sent: PUBACK, PUBREC, PUBCOMP (MQTT 5.0 §4.3). Takes them out of
 * what is in flight, gives back their memory and their records, and sends PUBREL, which waits until a durable session's PUBREC is
 * written. Whoever calls sees to it that what has room now is sent.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class OutboundAcks {
    private final LoopSessions home;
    private final SessionKey key;
    private final InFlight inFlight;
    /** Null in a session that is not durable. */
    private final @Nullable PendingRecords records;
    /** Called when a packet id may be used again later than its PUBCOMP. */
    private final Runnable pump;

    // valid for the connection
    private @Nullable PacketSink sink;
    private @Nullable ClientInfo client;

    OutboundAcks(LoopSessions home, SessionKey key, InFlight inFlight, @Nullable PendingRecords records, Runnable pump) {
        this.home = home;
        this.key = key;
        this.inFlight = inFlight;
        this.records = records;
        this.pump = pump;
    }

    /** Null when the connection has ended. */
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
        // Sequences since the start may mean the same packet id: a next start is not to find two of them.
        inFlight.hold(packetId);
        written.completed(sequence, () -> {
            inFlight.letGo(packetId);
            pump.run();
        });
    }

    /** The client is done with a packet, or is not to have it again; null when it is none. */
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

    /** Whether PUBREC has come for this id and is not written yet: PUBREL waits for that. */
    private boolean isReleasing(int packetId) {
        return records != null && records.isReleasing(inFlight.sequence(packetId));
    }

    /** PUBREC of this message is written. */
    void onReleased(long sequence) {
        int packetId = InFlight.packetId(sequence);
        if (inFlight.isReleased(packetId) && inFlight.isActive(packetId)) {
            sendPubRel(packetId, ReasonCode.SUCCESS);
        }
    }

    /** The same on a connection after the one that brought PUBREC. */
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
