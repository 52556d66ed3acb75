package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Outcome;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.event.DropReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes through its session at QoS 1 and 2: routed once, acknowledged in PUBLISH order when every
 * recipient has what was promised (MQTT 5.0 §4.3, §4.6, §4.9). A durable session has the packet ids of QoS 2 written
 * down: PUBREC waits for that, and PUBCOMP until the id is forgotten. Made with a session's first such message.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class Inbound {
    private final Sessions home;
    private final Session session;

    // valid for the session
    private final InboundQos2 unreleased = new InboundQos2();

    // valid for the connection
    private @Nullable PacketSink sink;
    private boolean v5;
    private AckRing acks = ringOf(null);

    Inbound(Sessions home, Session session) {
        this.home = home;
        this.session = session;
    }

    /** Null when the connection has ended: what it was owed is owed no more. */
    void attach(@Nullable PacketSink connection, boolean isV5) {
        sink = connection;
        v5 = isV5;
        acks = ringOf(connection);
        unreleased.retryReleases();
    }

    /** After a takeover a packet id may mean another PUBLISH: what became due too late is sent on no other connection. */
    private AckRing ringOf(@Nullable PacketSink connection) {
        return new AckRing((type, packetId, reason, detail) -> {
            if (connection == null || connection != sink) {
                return;
            }
            if (detail == null) {
                connection.sendAck(type, packetId, reason);
            } else {
                connection.sendRefusal(type, packetId, reason, detail);
            }
        });
    }

    /** Whether nothing is left that a later connection of the client may be about. */
    boolean isAtRest() {
        return sink == null && unreleased.isEmpty();
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

    /** A broker before this one has taken the message with this packet id. */
    void restore(int packetId) {
        unreleased.add(packetId);
    }

    /** False when the client has sent more than its receive maximum allows; nothing was routed. */
    // hot: per message
    boolean onPublish(InTransit message, int qos, int packetId) {
        if (unacknowledged(qos) >= session.receiveMaximum() && !unreleased.contains(packetId)) {
            return false;
        }
        PacketType answer = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
        if (qos == 2 && !unreleased.add(packetId)) {
            repeated(packetId);
            return true;
        }
        if (qos == 2 && session.isDurable()) {
            write(message, packetId);
        }
        if (!route(home, session.key(), session.routes(), message)) {
            acknowledge(answer, packetId, ReasonCode.QUOTA_EXCEEDED);
            return true;
        }
        Outcome outcome = message.outcome();
        if (outcome == null) {
            acknowledge(answer, packetId, reasonOf(message.matched(), message.accepted(), message.refused()));
            return true;
        }
        outcome.addKnown(message);
        if (outcome.isComplete()) {
            acknowledge(answer, packetId, reasonOf(outcome));
            return true;
        }
        if (qos == 2) {
            unreleased.routing(packetId, outcome);
            outcome.onComplete(() -> {
                unreleased.routed(packetId);
                routed(packetId, answer, reasonOf(outcome));
            });
        }
        acknowledgeLater(answer, packetId, outcome);
        return true;
    }

    private void routed(int packetId, PacketType answer, ReasonCode reason) {
        if (home.isClosing()) {
            return; // whether all have it is for the next start to see
        }
        if (reason.isError()) {
            forgetRefused(answer, packetId, reason);
        } else if (session.isDurable()) {
            home.journal().routed(session, packetId);
        }
    }

    /** The same message again (§4.3.3): acknowledged again, not routed again. */
    private void repeated(int packetId) {
        Outcome outcome = unreleased.routing(packetId);
        if (outcome == null) {
            acks.add(PacketType.PUBREC, packetId, ReasonCode.SUCCESS);
        } else {
            acknowledgeLater(PacketType.PUBREC, packetId, outcome);
        }
    }

    private void acknowledgeLater(PacketType answer, int packetId, Outcome outcome) {
        AckRing ring = acks;
        PacketSink connection = sink;
        boolean canRefuse = v5;
        long place = ring.addWaiting(answer, packetId);
        outcome.onComplete(() -> {
            if (isUnstored(outcome) && connection != null && !canRefuse) {
                // An acknowledgement would be a promise that nobody keeps: the client is to send it again.
                connection.disconnect(ReasonCode.QUOTA_EXCEEDED, "storage refuses");
            } else {
                ring.complete(place, reasonOf(outcome));
            }
        });
    }

    /** Has the packet id written with the id of its message, which PUBREC waits for. */
    private void write(InTransit message, int packetId) {
        StoredMessage kept = message.keep();
        Outcome waiting = message.await();
        long delayMillis = message.delaySeconds() * 1000L;
        long dueAtMillis = delayMillis == 0 ? 0 : home.loop().epochMillis() + delayMillis;
        home.journal().receive(session, packetId, kept, dueAtMillis, failure -> {
            if (failure == null) {
                waiting.complete(0, 0, 0, null);
            } else {
                waiting.complete(0, 0, 1, Map.of(DropReason.STORAGE, 1));
            }
        });
    }

    /** What counts towards the receive maximum: before MQTT 5.0, which has none for QoS 1, only QoS 2. */
    private int unacknowledged(int qos) {
        return v5 ? unreleased.size() + acks.waitingPubAcks() : qos == 2 ? unreleased.size() : 0;
    }

    /** Routes a message of a client, now or later; false when the broker has no room for it: retained, or delayed. */
    static boolean route(Sessions home, SessionKey publisher, Routes routes, InTransit message) {
        if (message.delaySeconds() > 0) {
            return home.delayed().add(publisher, routes, message);
        }
        Router router = home.router();
        if (message.retain() && router.retain(message, routes) == Router.Retained.REFUSED) {
            home.drops().dropped(publisher, message, DropReason.RETAINED_LIMIT);
            return false;
        }
        router.publish(message, routes);
        return true;
    }

    private static ReasonCode reasonOf(Outcome outcome) {
        return isUnstored(outcome)
                ? ReasonCode.QUOTA_EXCEEDED
                : reasonOf(outcome.matched(), outcome.accepted(), outcome.refused());
    }

    private static ReasonCode reasonOf(int matched, int accepted, int refused) {
        if (matched == 0) {
            return ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
        return accepted == 0 && refused > 0 ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS;
    }

    /** Whether storage has refused any part of it: then the publisher is to know, whoever else has got the message. */
    private static boolean isUnstored(Outcome outcome) {
        return outcome.drops().containsKey(DropReason.STORAGE);
    }

    private void acknowledge(PacketType answer, int packetId, ReasonCode reason) {
        forgetRefused(answer, packetId, reason);
        acks.add(answer, packetId, reason);
    }

    private void forgetRefused(PacketType answer, int packetId, ReasonCode reason) {
        if (answer == PacketType.PUBREC && reason.isError() && unreleased.remove(packetId) && session.isDurable()) {
            home.journal().forget(session, packetId, null);
            session.rest();
        }
    }

    /** Answers a PUBLISH that the broker does not take, in its place among the other acknowledgements. */
    void refuse(int qos, int packetId, ReasonCode reason, @Nullable String detail) {
        if (qos == 2 && unreleased.contains(packetId)) {
            repeated(packetId); // taken when it came first: a refusal would set its packet id free
            return;
        }
        acks.add(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, packetId, reason, detail);
    }

    void onPubRel(int packetId) {
        if (session.isDurable() && unreleased.contains(packetId)) {
            forget(packetId);
            return;
        }
        sendPubComp(
                unreleased.remove(packetId) ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, packetId);
    }

    /** The id is free for another message only when storage has forgotten it: else that one were taken for this one. */
    private void forget(int packetId) {
        if (!unreleased.releasing(packetId)) {
            return; // a repeated PUBREL: the answer is on its way
        }
        PacketSink asking = sink;
        home.journal().forget(session, packetId, failure -> {
            if (failure == null) {
                unreleased.remove(packetId);
                session.rest();
            }
            if (asking == null || asking != sink) {
                return; // PUBREL comes again with the next connection
            }
            if (failure == null) {
                sendPubComp(ReasonCode.SUCCESS, packetId);
            } else {
                asking.disconnect(ReasonCode.QUOTA_EXCEEDED, "storage refuses");
            }
        });
    }

    private void sendPubComp(ReasonCode reason, int packetId) {
        PacketSink to = sink;
        if (to != null) {
            to.sendAck(PacketType.PUBCOMP, packetId, reason);
        }
    }
}
