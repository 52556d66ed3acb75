package io.maxmq.core.session;

import io.maxmq.core.persistence.InboundRecord;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Messages of QoS 2 whose routing the end of the broker before this one has cut off: routed on under the same id, and then their
 * packet ids stand for them no longer with the message, but alone.
 *
 * <p>Runs on the loop of their publisher. Not thread-safe.
 */
public final class InterruptedQos2 {
    private final LoopSessions home;

    InterruptedQos2(LoopSessions home) {
        this.home = home;
    }

    /**
     * Goes on with one.
     *
     * @param dueAtMillis wall time at which it is to be routed; 0 for at once
     * @param author of a delayed message; null when it is not known
     * @param body of a message whose body is kept apart
     * @param done told when all who are to have it have it, and that is written
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
            SessionKey publisher, int packetId, StoredMessage message, @Nullable PendingOutcome outcome, Runnable done) {
        LoopRecords records = home.records();
        boolean isUnstored = outcome != null && outcome.isUnstored();
        if (records == null || isUnstored) {
            done.run(); // the next start tries again
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

    /** What came with this packet id was never whole: when its publisher sends it again, it is another message. */
    public void forget(SessionKey publisher, int packetId) {
        LoopRecords records = home.records();
        if (records != null) {
            records.store().deleteEarly(Tables.INBOUND, publisher.ownerKey().numbered(packetId), null);
        }
    }
}
