package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Inbound side of a session: publications of its client at QoS 1 and 2. Each is routed once, and acknowledged in
 * PUBLISH order when every recipient has accepted it (MQTT 5.0 §4.3, §4.6, §4.9). A durable session writes the packet
 * ids of QoS 2: PUBREC waits for that write, and PUBCOMP for the deletion of the id. Created with the session's first
 * such publication.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class Inbound {
    private final LoopSessions home;
    private final Session session;

    // valid for the session
    private final InboundQos2 unreleased;

    // valid for the connection
    private @Nullable PacketSink sink;
    private boolean v5;
    private AckRing acks = ringOf(null);

    Inbound(LoopSessions home, Session session) {
        this.home = home;
        this.session = session;
        this.unreleased = new InboundQos2(home.sessionMemory());
    }

    /**
     * Attaches a connection; null when the connection has ended. Drops the acknowledgements owed to the previous
     * connection.
     */
    void attach(@Nullable PacketSink connection, boolean isV5) {
        sink = connection;
        v5 = isV5;
        acks = ringOf(connection);
        unreleased.retryReleases();
    }

    /**
     * On another connection a packet id may mean another PUBLISH, so an acknowledgement is sent only on the connection
     * of its PUBLISH.
     */
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

    /** Returns whether no state is left that a later connection of the client may need. */
    boolean isAtRest() {
        return sink == null && unreleased.isEmpty();
    }

    /** Returns the number of acknowledgements that wait for recipients or for storage. */
    int waitingAcks() {
        return acks.size() + unreleased.releasing();
    }

    /** Returns whether this QoS 2 PUBLISH is a repetition of a routed one and must not be routed again. */
    boolean isRepeated(int packetId) {
        return unreleased.contains(packetId) && !unreleased.isUnrouted(packetId);
    }

    void clear() {
        unreleased.clear();
    }

    /** Restores a packet id whose message was accepted in a previous run. */
    void restore(int packetId) {
        unreleased.add(packetId);
        unreleased.forceRoom();
    }

    /** Handles a PUBLISH. Returns false, without routing it, if an MQTT 5.0 client exceeds its receive maximum. */
    // hot: per message
    boolean onPublish(RoutedMessage message, int qos, int packetId) {
        if (v5 && unacknowledged() >= session.receiveMaximum() && !unreleased.contains(packetId)) {
            return false;
        }
        if (qos == 2 && !unreleased.add(packetId)) {
            InboundQos2.Unrouted before = unreleased.takeUnrouted(packetId);
            if (before == null) {
                repeated(packetId);
            } else {
                routeAgain(message, packetId, before);
            }
            return true;
        }
        if (qos == 2 && !unreleased.makeRoom() && sink != null) {
            sink.awaitRoom(unreleased::makeRoom);
        }
        Receipt receipt = qos == 2 && session.isDurable() ? new Receipt(packetId) : null;
        if (receipt != null) {
            receipt.write(message);
        }
        if (home.publications().route(session.key(), session.routes(), message, session.client())) {
            answer(message, qos, packetId, receipt);
        } else {
            acknowledge(answerTo(qos), packetId, ReasonCode.QUOTA_EXCEEDED);
        }
        return true;
    }

    private static PacketType answerTo(int qos) {
        return qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    }

    /** Acknowledges a routed message when all recipients have accepted it. */
    private void answer(RoutedMessage message, int qos, int packetId, @Nullable Receipt receipt) {
        PacketType answer = answerTo(qos);
        PendingOutcome outcome = message.outcome();
        if (outcome == null) {
            answerNow(
                    answer,
                    packetId,
                    reasonOf(message.matched(), message.accepted(), message.refused()),
                    receipt != null);
            return;
        }
        outcome.addKnown(message);
        if (outcome.isComplete()) {
            answerNow(answer, packetId, reasonOf(outcome), receipt != null);
            return;
        }
        if (qos == 2) {
            unreleased.routing(packetId, outcome);
            boolean comesAgain = !v5;
            outcome.onComplete(() -> {
                unreleased.routed(packetId);
                routed(packetId, outcome, comesAgain ? receipt : null);
            });
        }
        acknowledgeLater(answer, packetId, outcome);
    }

    private void answerNow(PacketType answer, int packetId, ReasonCode reason, boolean isWritten) {
        if (isWritten && !reason.isError()) {
            home.journal().routed(session, packetId);
        }
        acknowledge(answer, packetId, reason);
    }

    /** @param receipt null if the publisher does not send the message again after a failed write */
    private void routed(int packetId, PendingOutcome outcome, @Nullable Receipt receipt) {
        if (home.isClosing() || !unreleased.contains(packetId)) {
            return; // the next start checks that all recipients have the message
        }
        ReasonCode reason = reasonOf(outcome);
        if (outcome.isUnstored() && receipt != null) {
            unreleased.unrouted(packetId, receipt.unrouted(outcome));
        } else if (reason.isError()) {
            forgetRefused(PacketType.PUBREC, packetId, reason);
        } else if (session.isDurable()) {
            home.journal().routed(session, packetId);
        }
    }

    /**
     * Routes a repeated message whose first routing failed for some recipients: only to those, under the same message
     * id.
     */
    private void routeAgain(RoutedMessage message, int packetId, InboundQos2.Unrouted before) {
        message.again(before.idHigh(), before.idLow());
        Receipt receipt = new Receipt(before, packetId);
        if (!before.isRecorded()) {
            receipt.write(message);
        }
        Routes routes = session.routes();
        boolean all = message.delaySeconds() > 0 || before.missing().isTooMany();
        if (all
                ? !home.publications().route(session.key(), routes, message, session.client())
                : !retainAgain(message)) {
            acknowledge(PacketType.PUBREC, packetId, ReasonCode.QUOTA_EXCEEDED);
            return;
        }
        if (!all) {
            home.router().publishAgain(message, routes, before.missing());
        }
        answer(message, 2, packetId, receipt);
    }

    private boolean retainAgain(RoutedMessage message) {
        Routes routes = session.routes();
        return !message.retain()
                || InterruptedQos2.isOlderThanRetained(routes, message.keep())
                || home.publications().retain(session.key(), routes, message);
    }

    /** Acknowledges a repeated PUBLISH (§4.3.3) without routing it again. */
    private void repeated(int packetId) {
        PendingOutcome outcome = unreleased.routing(packetId);
        if (outcome == null) {
            acks.add(PacketType.PUBREC, packetId, ReasonCode.SUCCESS);
        } else {
            acknowledgeLater(PacketType.PUBREC, packetId, outcome);
        }
    }

    private void acknowledgeLater(PacketType answer, int packetId, PendingOutcome outcome) {
        AckRing ring = acks;
        PacketSink connection = sink;
        boolean canRefuse = v5;
        long place = ring.addWaiting(answer, packetId);
        outcome.onComplete(() -> {
            if (outcome.isUnstored() && connection != null && !canRefuse) {
                // MQTT 3 has no error code in acknowledgements: without one the client sends the message again.
                connection.disconnect(ReasonCode.QUOTA_EXCEEDED, "storage refused the message");
            } else {
                ring.complete(place, reasonOf(outcome));
            }
        });
    }

    /**
     * The record of a packet id with its message, which PUBREC waits for, and the state for a repetition after a
     * partial failure.
     */
    private final class Receipt implements WriteCallback {
        private final int packetId;
        private long idHigh;
        private long idLow;
        private boolean isRecorded;
        private @Nullable PendingOutcome waiting;

        Receipt(int packetId) {
            this.packetId = packetId;
        }

        /** Creates the receipt of a repeated message. */
        Receipt(InboundQos2.Unrouted before, int packetId) {
            this.packetId = packetId;
            this.idHigh = before.idHigh();
            this.idLow = before.idLow();
            this.isRecorded = before.isRecorded();
        }

        void write(RoutedMessage message) {
            StoredMessage kept = message.keep();
            idHigh = kept.idHigh();
            idLow = kept.idLow();
            waiting = message.await();
            long delayMillis = message.delaySeconds() * 1000L;
            long dueAtMillis = delayMillis == 0 ? 0 : home.loop().expiryMillis() + delayMillis;
            home.journal().receive(session, packetId, kept, dueAtMillis, this);
        }

        @Override
        public void onWritten(@Nullable Throwable failure) {
            PendingOutcome told = waiting;
            waiting = null;
            if (told == null) {
                return;
            }
            if (failure == null) {
                isRecorded = true;
                told.complete(0, 0, 0, null);
            } else {
                told.refuseUnstored();
            }
        }

        InboundQos2.Unrouted unrouted(PendingOutcome outcome) {
            return new InboundQos2.Unrouted(idHigh, idLow, outcome.refusedByStorage(), isRecorded);
        }
    }

    /** Returns the number of publications that count towards the receive maximum. */
    private int unacknowledged() {
        return unreleased.size() + acks.waitingPubAcks();
    }

    private static ReasonCode reasonOf(PendingOutcome outcome) {
        return outcome.isUnstored()
                ? ReasonCode.QUOTA_EXCEEDED
                : reasonOf(outcome.matched(), outcome.accepted(), outcome.refused());
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
        if (answer == PacketType.PUBREC && reason.isError() && unreleased.remove(packetId) && session.isDurable()) {
            home.journal().forget(session, packetId, null);
            session.rest();
        }
    }

    /** Acknowledges a rejected PUBLISH with an error code, in PUBLISH order. */
    void refuse(int qos, int packetId, ReasonCode reason, @Nullable String detail) {
        if (isRepeated(packetId) && qos == 2) {
            repeated(packetId); // accepted earlier: a refusal would free its packet id
            return;
        }
        if (qos == 2) {
            forgetRefused(PacketType.PUBREC, packetId, reason); // if some recipients have accepted it
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

    /**
     * Frees a packet id. The id is reusable only after its deletion in storage; otherwise a restart would take a new
     * message for a repetition.
     */
    private void forget(int packetId) {
        if (!unreleased.releasing(packetId)) {
            return; // a repeated PUBREL: its reply is pending
        }
        PacketSink asking = sink;
        home.journal().forget(session, packetId, failure -> {
            if (failure == null) {
                unreleased.remove(packetId);
                session.rest();
            }
            if (asking == null || asking != sink) {
                return; // the client sends PUBREL again on the next connection
            }
            if (failure == null) {
                sendPubComp(ReasonCode.SUCCESS, packetId);
            } else {
                asking.disconnect(ReasonCode.QUOTA_EXCEEDED, "storage refused the release");
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
