package io.maxmq.core.session;

import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.DropReason;
import java.util.Map;
import org.agrona.collections.LongHashSet;

/**
 * Passes on to other members what a durable session has of shared subscriptions in storage only, when its client has gone or
 * it has ended (MQTT 5.0 §4.8.2): goes through its queue page by page, with few messages in memory at a time. QoS 2 that may
 * have been sent stays, or goes with the session [MQTT-4.8.2-5].
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class StoredDeparture implements StoredPages.Reader {
    private static final int MESSAGES_PER_PAGE = 128;

    private static final int MOST_UNDER_WAY = 64;

    /** Whose queue it is; of a session that has ended nobody's. */
    interface Queue {
        /** Whether this message is in storage only, and not dropped meanwhile. */
        boolean isStored(long sequence);

        /** It goes to somebody else. */
        void left(StoredMessage message);

        /** It could not be read, and is gone. */
        void damaged();
    }

    private final LoopSessions home;
    private final Session session;
    private final Passing passing;
    private final Map<String, SharedGroup> groups;
    private final Queue queue;
    private final StoredPages pages;
    /** The next to be looked at. */
    private long next;
    /** Behind the last. */
    private final long end;
    /** At QoS 2 those before this one may have been sent. */
    private final long sentBefore;
    /** Passed on before by others: their records are there, or are going. */
    private final LongHashSet passedBefore;

    private boolean over;
    private int lost;
    private long lostBytes;

    /** @param groups that have other members, by the filter with its share */
    StoredDeparture(
            LoopSessions home,
            Session session,
            Passing passing,
            Map<String, SharedGroup> groups,
            Queue queue,
            long first,
            long end,
            long sentBefore) {
        this.home = home;
        this.session = session;
        this.passing = passing;
        this.groups = groups;
        this.queue = queue;
        this.next = first;
        this.end = end;
        this.sentBefore = sentBefore;
        this.passedBefore = passing.sequences();
        this.pages = new StoredPages(session, home.journal(), home.loop(), this);
    }

    void begin() {
        passing.walk(this::goOn);
        goOn();
    }

    /** What is under way goes on; the rest stays where it is. */
    void stop() {
        if (!over) {
            over = true;
            pages.cancel();
            passing.walked();
        }
    }

    boolean isOver() {
        return over;
    }

    private void finish() {
        stop();
        if (session.isEnded() && lost > 0) {
            home.drops().lost(session.key(), DropReason.SESSION_ENDED, lost, lostBytes);
        }
    }

    private void goOn() {
        if (!over) {
            pages.read(next);
        }
    }

    @Override
    public int wanted() {
        return over || home.isClosing() || passing.underWay() >= MOST_UNDER_WAY ? 0 : MESSAGES_PER_PAGE;
    }

    @Override
    public StoredPages.Taken onMessage(
            long sequence, StoredMessage message, int flags, FilterSubscription subscription) {
        if (over || sequence >= end) {
            finish();
            return StoredPages.Taken.ENOUGH;
        }
        if (passedBefore.contains(sequence) || !queue.isStored(sequence)) {
            next = sequence + 1;
            return StoredPages.Taken.TAKEN;
        }
        SharedGroup group = groups.get(subscription.filter().toString());
        boolean mayBeHeld = DeliveryFlags.qos(flags) == 2 && sequence < sentBefore;
        if (group == null || mayBeHeld) {
            lost++;
            lostBytes += message.payloadLength();
            next = sequence + 1;
            return StoredPages.Taken.TAKEN;
        }
        if (passing.underWay() >= MOST_UNDER_WAY) {
            return StoredPages.Taken.ENOUGH;
        }
        if (!home.memory().hold(message)) {
            return StoredPages.Taken.NO_MEMORY;
        }
        next = sequence + 1;
        queue.left(message);
        passing.begin(sequence, message, group);
        return StoredPages.Taken.TAKEN;
    }

    @Override
    public void onPubRecKnown(long sequence) {
        next = sequence + 1;
    }

    @Override
    public void onDamaged(long sequence) {
        next = sequence + 1;
        queue.damaged();
    }

    @Override
    public void onPageEnd() {
        goOn();
    }

    @Override
    public void onNothingStored() {
        finish();
    }
}
