package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Outcome;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.event.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes through its session at QoS 1 and 2: routed once, acknowledged in PUBLISH order when every
 * recipient has what was promised (MQTT 5.0 §4.3, §4.6, §4.9). Made with a session's first such message.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class Inbound {
    private final Sessions home;
    private final SessionKey key;
    private final Routes routes;

    // valid for the session
    private final InboundQos2 unreleased = new InboundQos2();

    // valid for the connection
    private @Nullable PacketSink sink;
    private boolean v5;
    private AckRing acks = ringOf(null);

    Inbound(Sessions home, SessionKey key, Routes routes) {
        this.home = home;
        this.key = key;
        this.routes = routes;
    }

    /** Null when the connection has ended: what it was owed is owed no more. */
    void attach(@Nullable PacketSink connection, boolean isV5) {
        sink = connection;
        v5 = isV5;
        acks = ringOf(connection);
    }

    /** After a takeover a packet id may mean another PUBLISH: what became due too late is sent on no other connection. */
    private AckRing ringOf(@Nullable PacketSink connection) {
        return new AckRing((type, packetId, reason) -> {
            if (connection != null && connection == sink) {
                connection.sendAck(type, packetId, reason);
            }
        });
    }

    int waitingAcks() {
        return acks.size();
    }

    boolean isUnreleased(int packetId) {
        return unreleased.contains(packetId);
    }

    void clear() {
        unreleased.clear();
    }

    /** False when the client has sent more than its receive maximum allows; nothing was routed. */
    // hot: per message
    boolean onPublish(InTransit message, int qos, int packetId) {
        if (unacknowledged(qos) >= home.receiveMaximum() && !unreleased.contains(packetId)) {
            return false;
        }
        PacketType answer = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
        if (qos == 2 && !unreleased.add(packetId)) {
            // The same message again (§4.3.3): acknowledged again, not routed again.
            acks.add(answer, packetId, ReasonCode.SUCCESS);
            return true;
        }
        if (!route(home, key, routes, message)) {
            acknowledge(answer, packetId, ReasonCode.QUOTA_EXCEEDED);
            return true;
        }
        Outcome outcome = message.outcome();
        if (outcome == null || outcome.isComplete()) {
            acknowledge(answer, packetId, reasonOf(message.matched(), message.accepted(), message.refused()));
        } else {
            outcome.addKnown(message);
            AckRing ring = acks;
            long place = ring.addWaiting(answer, packetId);
            outcome.onComplete(() -> {
                ReasonCode reason = reasonOf(outcome.matched(), outcome.accepted(), outcome.refused());
                forgetRefused(answer, packetId, reason);
                ring.complete(place, reason);
            });
        }
        return true;
    }

    /** What counts towards the receive maximum: before MQTT 5.0, which has none for QoS 1, only QoS 2. */
    private int unacknowledged(int qos) {
        return v5 ? unreleased.size() + acks.waitingPubAcks() : qos == 2 ? unreleased.size() : 0;
    }

    /** Routes a message of a client; false when its retained copy was refused, and so the whole message. */
    static boolean route(Sessions home, SessionKey publisher, Routes routes, InTransit message) {
        Router router = home.router();
        if (message.retain() && router.retain(message, routes) == Router.Retained.REFUSED) {
            home.drops().dropped(publisher, message, DropReason.RETAINED_LIMIT);
            return false;
        }
        router.publish(message, routes);
        return true;
    }

    private static ReasonCode reasonOf(int matched, int accepted, int refused) {
        if (matched == 0) {
            return ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
        return accepted == 0 && refused > 0 ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS;
    }

    private void acknowledge(PacketType answer, int packetId, ReasonCode reason) {
        forgetRefused(answer, packetId, reason);
        acks.add(answer, packetId, reason);
    }

    private void forgetRefused(PacketType answer, int packetId, ReasonCode reason) {
        if (answer == PacketType.PUBREC && reason.isError()) {
            unreleased.remove(packetId);
        }
    }

    /** Answers a PUBLISH that the broker does not take, in its place among the other acknowledgements. */
    void refuse(int qos, int packetId, ReasonCode reason) {
        acks.add(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, packetId, reason);
    }

    void onPubRel(int packetId) {
        boolean known = unreleased.remove(packetId);
        PacketSink to = sink;
        if (to != null) {
            to.sendAck(
                    PacketType.PUBCOMP, packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }
}
