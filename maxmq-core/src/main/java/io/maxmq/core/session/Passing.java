package io.maxmq.core.session;

import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.Routings;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.DropReason;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The messages of shared subscriptions that are on their way from a durable session to other members (MQTT 5.0 §4.8.2). Each
 * keeps the record that it has, and its publisher waits, until it is known to be with somebody else; what nobody else can take
 * is passed on once more after a while. Goes on when the session has ended.
 *
 * <p>At QoS 2 it is written down first that the message is on its way: both may have their records when a crash comes, and a start
 * then takes this session's away. And the other does not let go of its own before this session's has gone, see {@link Routings}:
 * else, when it has been through with the message, nothing would tell. A member whose session is not durable has no record.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class Passing {
    private static final long RETRY_NANOS = 10_000_000_000L;

    private final LoopSessions home;
    private final Session session;
    private final Routes routes;
    private final PendingRecords records;
    /** By the sequence. */
    private final Long2ObjectHashMap<Pass> underWay = new Long2ObjectHashMap<>();

    /** How many have ended, in whichever way. */
    private long ended;

    private @Nullable Runnable afterAll;
    /** Has more to pass on when there is room for it. */
    private @Nullable Runnable walk;

    /** @param session told to {@link Session#rest} each time that nothing is on its way any more */
    Passing(LoopSessions home, Session session, PendingRecords records) {
        this.home = home;
        this.session = session;
        this.routes = session.routes();
        this.records = records;
    }

    /** Passes a message on; what it takes of memory is given back when somebody else has it. */
    void begin(long sequence, StoredMessage message, SharedGroup group) {
        Pass pass = new Pass(sequence, message, group);
        underWay.put(sequence, pass);
        pass.begin();
    }

    /** Whether this message is on its way: its record, if it is read, is not this session's any more. */
    boolean contains(long sequence) {
        return underWay.containsKey(sequence);
    }

    /** Storage has refused the record that it should have here; true when the message is one of these. */
    boolean refused(long sequence) {
        Pass pass = underWay.get(sequence);
        if (pass != null) {
            pass.isUnwritten = true;
        }
        return pass != null;
    }

    /** Whether nothing is on its way, and nothing more is to be. */
    boolean isAtRest() {
        return underWay.isEmpty() && walk == null;
    }

    int underWay() {
        return underWay.size();
    }

    /** Of those that are on their way: a copy. */
    LongHashSet sequences() {
        LongHashSet sequences = new LongHashSet(Math.max(8, underWay.size() * 2));
        underWay.keySet().forEach(each -> sequences.add((long) each));
        return sequences;
    }

    /** Rises with each one that is not on its way any more: what was read before may still show its record. */
    long ended() {
        return ended;
    }

    /** There is more to be passed on: {@code more} is run each time that one is not on its way any more, until {@link #walked}. */
    void walk(Runnable more) {
        walk = more;
    }

    /** There is no more. */
    void walked() {
        walk = null;
        finish();
    }

    /** Runs {@code action} when nothing is on its way any more: now or later, but not when the broker closes before. */
    void afterAll(Runnable action) {
        if (isAtRest()) {
            action.run();
        } else {
            afterAll = action;
        }
    }

    private final class Pass {
        private final long sequence;
        private final StoredMessage message;
        private final SharedGroup group;
        /** Storage has refused the session's own record. */
        private boolean isUnwritten;
        /** What others wait for before they let go of their records; null when they need not. */
        private Routings.@Nullable Routing routing;

        Pass(long sequence, StoredMessage message, SharedGroup group) {
            this.sequence = sequence;
            this.message = message;
            this.group = group;
        }

        void begin() {
            if (message.qos() < 2) {
                route();
            } else if (!home.isClosing()) {
                home.journal().pass(session, sequence, message, group, this::onWritten);
            }
        }

        private void beginAgain() {
            if (!home.isClosing()) {
                begin();
            }
        }

        private void onWritten(@Nullable Throwable failure) {
            if (home.isClosing()) {
                return; // the next start has its record
            }
            if (isUnwritten) {
                // Its publisher has been told so, and may hand it over once more: then nobody must have had it.
                home.drops().dropped(session.key(), message, DropReason.STORAGE);
                end();
            } else if (failure == null) {
                LoopRecords ofLoop = home.records();
                routing = ofLoop == null ? null : ofLoop.routings().begin();
                route();
            } else {
                home.loop().schedule(RETRY_NANOS, this::beginAgain);
            }
        }

        private void route() {
            home.passesOn(routes, group, message);
            RoutedMessage transit = home.again(message);
            transit.track(false);
            transit.move();
            if (!home.router().passOn(transit, routes, group)) {
                routed(0, false); // the group is gone
                return;
            }
            PendingOutcome outcome = transit.outcome();
            if (outcome == null) {
                routed(transit.accepted(), isRefused(transit.refused(), transit.drops()));
                return;
            }
            outcome.addKnown(transit);
            if (outcome.isComplete()) {
                routed(outcome);
            } else {
                outcome.onComplete(() -> routed(outcome));
            }
        }

        private void routed(PendingOutcome outcome) {
            routed(outcome.accepted(), isRefused(outcome.refused(), outcome.drops()));
        }

        private boolean isRefused(int refused, @Nullable Map<DropReason, Integer> drops) {
            return refused > 0 || (drops != null && drops.containsKey(DropReason.STORAGE));
        }

        private void routed(int accepted, boolean isRefused) {
            if (accepted == 0 && home.isClosing()) {
                return; // others may have closed before: the next start has its record
            }
            if (accepted > 0 || !isRefused || isUnwritten) {
                end();
            } else {
                endRouting();
                home.loop().schedule(RETRY_NANOS, this::beginAgain);
            }
        }

        private void endRouting() {
            if (routing != null) {
                routing.end();
                routing = null;
            }
        }

        private void end() {
            underWay.remove(sequence);
            ended++;
            home.memory().release(message);
            records.done(sequence, message);
            if (message.qos() == 2) {
                home.journal().passed(session, sequence);
            }
            endRouting();
            Runnable more = walk;
            if (more != null) {
                more.run();
            }
            finish();
        }
    }

    private void finish() {
        if (!isAtRest()) {
            return;
        }
        Runnable action = afterAll;
        if (action != null) {
            afterAll = null;
            action.run();
        } else {
            session.rest();
        }
    }
}
