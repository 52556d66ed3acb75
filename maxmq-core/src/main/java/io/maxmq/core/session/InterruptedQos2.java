package io.maxmq.core.session;

import io.maxmq.core.persistence.InboundRecord;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Continues QoS 2 messages whose routing was interrupted by the end of a previous run. Routes each message again under
 * the same message id; afterwards the record of its packet id no longer contains the message.
 *
 * <p>Runs on the loop of the publisher. Not thread-safe.
 */
public final class InterruptedQos2 {
    private final LoopSessions home;

    InterruptedQos2(LoopSessions home) {
        this.home = home;
    }

    /**
     * Continues the routing of one message.
     *
     * @param dueAtMillis wall time of the routing; 0 for now
     * @param author publisher of a delayed message; null if unknown
     * @param body body of a message whose body is stored separately, else null
     * @param done called once, when all recipients have the message and the record is written, or when a recipient's
     *     write failed
     */
    public void route(
            SessionKey publisher,
            Routes routes,
            int packetId,
            MessageRecord record,
            long dueAtMillis,
            @Nullable ClientInfo author,
            byte @Nullable [] body,
            Runnable done) {
        StoredMessage message = record.toMessage(
                name -> ApplicationMessages.topic(routes.topics(), home.loop().index(), name), body);
        RoutedMessage transit = home.again(message, home.find(publisher));
        if (dueAtMillis != 0) {
            long left = dueAtMillis - home.loop().expiryMillis();
            transit.delaySeconds((int) Math.max(1, (left + 999) / 1000));
        }
        if (dueAtMillis == 0 && message.retain() && isOlderThanRetained(routes, message)) {
            home.router().publish(transit, routes);
        } else {
            home.publications().route(publisher, routes, transit, author);
        }
        PendingOutcome outcome = transit.outcome();
        if (outcome == null || outcome.isComplete()) {
            routed(publisher, packetId, message, outcome, done);
        } else {
            outcome.onComplete(() -> routed(publisher, packetId, message, outcome, done));
        }
    }

    static boolean isOlderThanRetained(Routes routes, StoredMessage message) {
        StoredMessage retained = routes.retained().get(message.topic());
        if (retained == null) {
            return false;
        }
        int byHigh = Long.compareUnsigned(retained.idHigh(), message.idHigh());
        return byHigh > 0 || (byHigh == 0 && Long.compareUnsigned(retained.idLow(), message.idLow()) > 0);
    }

    private void routed(
            SessionKey publisher,
            int packetId,
            StoredMessage message,
            @Nullable PendingOutcome outcome,
            Runnable done) {
        LoopRecords records = home.records();
        boolean isUnstored = outcome != null && outcome.isUnstored();
        if (records == null || isUnstored) {
            done.run(); // the next start retries
            return;
        }
        Bytes key = publisher.ownerKey().numbered(packetId);
        Bytes value = InboundRecord.routed(key, message.idHigh(), message.idLow());
        records.store().putEarly(Tables.INBOUND, key, value, failure -> {
            if (failure == null) {
                records.payloads().forget(message);
            }
            done.run();
        });
    }

    /**
     * Deletes the record of an incomplete message. If its publisher sends the packet id again, the packet is a new
     * message.
     */
    public void forget(SessionKey publisher, int packetId) {
        LoopRecords records = home.records();
        if (records != null) {
            records.store().deleteEarly(Tables.INBOUND, publisher.ownerKey().numbered(packetId), null);
        }
    }
}
