package io.maxmq.core.routing;

import io.maxmq.core.limit.MemoryShare;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Routes a message on the loop of its publisher: matches it once, delivers it to this loop's subscribers, hands it over
 * once to each other loop with subscribers, selects the members of shared subscriptions, and stores retained messages.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe. Hot: per message.
 */
public final class Router {
    /** Number of members of a shared subscription to try before the message counts as refused. */
    private static final int MAX_SHARED_ATTEMPTS = 8;

    /** Number of tree nodes, or of group members for the constant below, whose visit costs as much as one delivery. */
    private static final int NODES_PER_WORK = 4;

    private static final int MEMBERS_PER_WORK = 32;

    private final Loop loop;
    private final int self;
    private final boolean remoteAnswersDecide;
    private final RoutedMessage handedOver;
    private final List<Runnable> waitingForRoom = new ArrayList<>();
    private Handover[] handovers = new Handover[0];
    private RetainedListener retainedListener = RetainedListener.NONE;
    /** Null if the subscriptions alone determine the recipients. */
    private @Nullable RecipientRules plainRules;

    private @Nullable RecipientRules sharedRules;
    private UnmatchedListener unmatchedListener = (message, routes) -> {};
    private RetainedJournal retainedJournal = RetainedJournal.NONE;
    private Runnable beforeHandingOver = () -> {};

    /**
     * @param remoteAnswersDecide true if an acknowledgement depends on recipients of other loops: when a full queue
     *     rejects the publisher, or when storage must confirm
     */
    public Router(Loop loop, MessageIds ids, boolean remoteAnswersDecide) {
        this.loop = loop;
        this.self = loop.index();
        this.remoteAnswersDecide = remoteAnswersDecide;
        this.handedOver = new RoutedMessage(ids);
    }

    /**
     * Creates the hand-over queues between all loops of a broker, before any of them routes.
     *
     * @param maxBytesUnderWay bound of the bytes in each queue, above which the source stops reading from its
     *     publishers
     */
    public static void connect(List<Router> routers, long maxBytesUnderWay) {
        for (Router source : routers) {
            Handover[] ways = new Handover[routers.size()];
            for (Router target : routers) {
                if (target != source) {
                    ways[target.self] = new Handover(source.loop, target.loop, source, target, maxBytesUnderWay);
                }
            }
            source.handovers = ways;
        }
    }

    /** Sets the listener for retained messages. */
    public void onRetained(RetainedListener listener) {
        retainedListener = listener;
    }

    /** Listener for messages without a matching subscription. */
    public interface UnmatchedListener {
        void unmatched(RoutedMessage message, Routes routes);
    }

    /** Sets the listener for messages without a matching subscription. */
    public void onUnmatched(UnmatchedListener listener) {
        unmatchedListener = listener;
    }

    /** Sets the rules for plain and for shared subscriptions; null for none. */
    public void recipientRules(@Nullable RecipientRules plain, @Nullable RecipientRules shared) {
        plainRules = plain;
        sharedRules = shared;
    }

    /** Sets the journal for retained messages. */
    public void journalRetained(RetainedJournal journal) {
        retainedJournal = journal;
    }

    /** Sets an action to run each time before a batch is posted to another loop. */
    public void beforeHandingOver(Runnable action) {
        beforeHandingOver = action;
    }

    void handingOver() {
        assert loop.inLoop();
        beforeHandingOver.run();
    }

    /** Result of {@link #retain}. */
    public enum Retained {
        STORED,
        REMOVED,
        /** The quota of retained messages is used up; the message was not routed. */
        REFUSED
    }

    /**
     * Stores or removes the retained message of a topic (MQTT 5.0 §3.3.1.3). Call it before {@link #publish}: a
     * concurrent new subscription then finds the message either as retained or as published.
     *
     * @param publisherId the UTF-8 client id of the publisher, for No Local; null for the application and the broker
     */
    public Retained retain(RoutedMessage message, Routes routes, byte @Nullable [] publisherId) {
        assert loop.inLoop();
        if (message.payloadLength() == 0) {
            removeRetained(message.topic(), routes, message);
            return Retained.REMOVED;
        }
        StoredMessage kept = message.keep().toRetain(publisherId);
        if (!loop.credit().tryCharge(kept.retainedBytes(), MemoryShare.RETAINED)) {
            return Retained.REFUSED;
        }
        if (routes.retained().put(message.topic(), kept) instanceof RetainedPut.Stored stored) {
            release(stored.previous());
            retainedListener.stored(routes, kept);
            writeRetained(routes, kept.topic(), message);
            if (kept.expiresAtMillis() != 0) {
                expireRetained(routes, kept.expiresAtMillis());
            }
            return Retained.STORED;
        }
        release(kept);
        return Retained.REFUSED;
    }

    /** Removes the retained message of a topic. Returns false if there was none. */
    public boolean removeRetained(Topic topic, Routes routes) {
        assert loop.inLoop();
        return removeRetained(topic, routes, null);
    }

    private boolean removeRetained(Topic topic, Routes routes, @Nullable RoutedMessage asking) {
        assert loop.inLoop();
        StoredMessage removed = routes.retained().remove(topic);
        release(removed);
        if (removed != null) {
            retainedListener.cleared(routes, topic, false);
        }
        // Also without a previous message: an earlier removal may still wait for storage.
        writeRetained(routes, topic, asking);
        return removed != null;
    }

    private void writeRetained(Routes routes, Topic topic, @Nullable RoutedMessage asking) {
        if (!RetainedTree.isSys(topic.utf8())) {
            retainedJournal.changed(routes, topic, asking);
        }
    }

    /**
     * Schedules the removal of expired retained messages, the first of which expires at {@code firstMillis}, in ms
     * since the epoch.
     */
    public void expireRetained(Routes routes, long firstMillis) {
        assert loop.inLoop();
        routes.retainedExpiry().note(loop, firstMillis, this::expired);
    }

    private void expired(Routes routes, Topic topic) {
        retainedListener.cleared(routes, topic, true);
        writeRetained(routes, topic, null);
    }

    private void release(@Nullable StoredMessage retained) {
        if (retained != null) {
            loop.credit().release(retained.retainedBytes(), MemoryShare.RETAINED);
        }
    }

    /**
     * Delivers a message of this loop to all matching subscriptions. The counts of the message, and its outcome if any,
     * contain the result.
     */
    public void publish(RoutedMessage message, Routes routes) {
        if (!route(message, routes)) {
            loop.counters().increment(Counter.UNMATCHED);
            unmatchedListener.unmatched(message, routes);
        }
    }

    /** Delivers a message of the broker itself. The message is not counted as unmatched if no subscription matches. */
    public void publishOwn(RoutedMessage message, Routes routes) {
        route(message, routes);
    }

    /** Returns false without a matching subscription. */
    private boolean route(RoutedMessage message, Routes routes) {
        assert loop.inLoop();
        if (routes.isHooked()) {
            deliverLocal(message, routes.hooks().match(routes.hookTopic(message.topic(), self), self));
        }
        Match match = match(message, routes);
        if (match.isEmpty()) {
            return false;
        }
        deliverLocal(message, match);
        long remote = match.remoteLoops();
        if (remote != 0) {
            handOver(message, routes, remote);
        }
        SharedGroup[] groups = match.groups();
        for (int i = 0; i < groups.length; i++) {
            deliverShared(message, routes, groups[i], next(message, groups[i]), 0);
        }
        return true;
    }

    /** Delivers a message of this loop again, only to the recipients for which storage refused the write. */
    public void publishAgain(RoutedMessage message, Routes routes, Unstored missing) {
        assert loop.inLoop();
        for (FilterSubscription each : missing.subscriptions()) {
            int owner = each.subscriber().loopIndex();
            if (owner == self) {
                deliver(message, each);
            } else {
                handovers[owner].add(message, routes, null, each, 0, outcomeOf(message));
            }
        }
        for (SharedGroup group : missing.groups()) {
            var unused = passOn(message, routes, group);
        }
    }

    /**
     * Passes a message on to another member of a shared subscription (MQTT 5.0 §4.8.2), or to the queue of the group,
     * after one member did not take it.
     *
     * @return false if the group has no member left
     */
    public boolean passOn(RoutedMessage message, Routes routes, SharedGroup group) {
        assert loop.inLoop();
        if (group.size() == 0) {
            return false;
        }
        deliverShared(message, routes, group, next(message, group), 0);
        return true;
    }

    /** Returns the member that the rules choose, or else the next one in turn; null if none is online. */
    private @Nullable FilterSubscription next(RoutedMessage message, SharedGroup group) {
        RecipientRules rules = sharedRules;
        FilterSubscription chosen = rules == null ? null : rules.choose(message, group);
        return chosen == null ? group.next() : chosen;
    }

    /** Delivers a message to a member of a shared subscription, or to another member if this one does not take it. */
    public void deliverTo(RoutedMessage message, Routes routes, FilterSubscription member) {
        assert loop.inLoop();
        SharedGroup group = member.group();
        if (group != null) {
            deliverShared(message, routes, group, member, 0);
        }
    }

    /** True if another loop is so far behind that this loop must stop reading from its publishers. */
    public boolean isCongested() {
        assert loop.inLoop();
        for (Handover way : handovers) {
            if (way != null && way.isCongested()) {
                return true;
            }
        }
        return false;
    }

    /** Runs {@code resume} once, on this loop, when {@link #isCongested} may have become false. */
    public void awaitRoom(Runnable resume) {
        assert loop.inLoop();
        waitingForRoom.add(resume);
        boolean roomEverywhere = true;
        for (Handover way : handovers) {
            if (way != null && way.isCongested()) {
                roomEverywhere &= way.awaitRoom();
            }
        }
        if (roomEverywhere) {
            wake();
        }
    }

    /** Schedules the actions of {@link #awaitRoom} after another loop has caught up. Any thread. */
    void wake() {
        loop.execute(this::roomAgain);
    }

    private void roomAgain() {
        assert loop.inLoop();
        if (waitingForRoom.isEmpty()) {
            return;
        }
        List<Runnable> resumed = List.copyOf(waitingForRoom);
        waitingForRoom.clear();
        for (Runnable resume : resumed) {
            try {
                resume.run();
            } catch (Throwable t) {
                loop.reportFailure(t);
            }
        }
    }

    /** Returns the flyweight for batches from other loops. */
    RoutedMessage handedOver() {
        assert loop.inLoop();
        loop.refreshTime();
        return handedOver;
    }

    /**
     * Receives a message from another loop: for all plain subscribers here, for one of them, or for a member of a
     * shared subscription.
     */
    void receive(
            RoutedMessage message,
            Routes routes,
            @Nullable SharedGroup group,
            @Nullable FilterSubscription member,
            int attempts) {
        assert loop.inLoop();
        try {
            if (member == null) {
                deliverLocal(message, match(message, routes));
            } else if (group == null) {
                deliver(message, member);
            } else {
                deliverShared(message, routes, group, member, attempts);
            }
        } catch (Throwable t) {
            loop.contain(t);
        }
    }

    private Match match(RoutedMessage message, Routes routes) {
        Match match = routes.tree().match(message.topic(), self);
        loop.work(1 + routes.tree().takeVisited(self) / NODES_PER_WORK);
        return match;
    }

    private void deliverLocal(RoutedMessage message, Match match) {
        int matchedBefore = message.matched();
        // Read once: a delivery may add subscriptions, which this traversal must not visit.
        int count = match.localCount();
        RecipientRules rules = plainRules;
        if (rules == null) {
            for (int i = 0; i < count; i++) {
                deliver(message, match.local(i));
            }
        } else {
            deliverByRules(message, match, count, rules);
        }
        loop.work(count);
        loop.counters().add(Counter.MATCHED, message.matched() - matchedBefore);
    }

    private void deliverByRules(RoutedMessage message, Match match, int count, RecipientRules rules) {
        for (int i = 0; i < count; i++) {
            FilterSubscription subscription = match.local(i);
            if (subscription != null && rules.includes(message, subscription)) {
                deliver(message, subscription);
            }
        }
    }

    private void deliver(RoutedMessage message, @Nullable FilterSubscription subscription) {
        if (subscription == null) {
            return;
        }
        try {
            subscription.subscriber().deliver(message, subscription);
        } catch (Throwable t) {
            // A failing recipient must not affect the others.
            loop.contain(t);
        }
    }

    private void handOver(RoutedMessage message, Routes routes, long loops) {
        for (long left = loops; left != 0; left &= left - 1) {
            Handover way = handovers[Long.numberOfTrailingZeros(left)];
            loop.work(way.workPerMessage());
            way.add(message, routes, null, null, 0, outcomeOf(message));
        }
    }

    private @Nullable PendingOutcome outcomeOf(RoutedMessage message) {
        if (message.isTracked() || (remoteAnswersDecide && message.qos() > 0)) {
            return message.await();
        }
        // The number of remote recipients is not needed: count the hand-over as accepted.
        message.countMatched();
        message.countAccepted();
        return null;
    }

    /**
     * Tries online members one after the other, starting with {@code first}, each on its own loop, until one takes the
     * message. The last resort is the keeper of the group.
     */
    private void deliverShared(
            RoutedMessage message, Routes routes, SharedGroup group, @Nullable FilterSubscription first, int attempts) {
        FilterSubscription member = first == null ? routes.keeperOf(group) : first;
        for (int attempt = attempts; member != null; attempt++) {
            int owner = member.subscriber().loopIndex();
            if (owner != self) {
                handovers[owner].add(message, routes, group, member, attempt, outcomeOf(message));
                return;
            }
            loop.work(1 + group.size() / MEMBERS_PER_WORK);
            FilterSubscription other = behind(member, routes, group, attempt);
            // Skip a member that went offline after it was chosen.
            boolean isGone = other != null && !member.subscriber().isOnline();
            if (!isGone && deliverToMember(message, member, other)) {
                return;
            }
            member = other;
        }
    }

    /** Returns the recipient to try after this one, or null after the last. */
    private static @Nullable FilterSubscription behind(
            FilterSubscription asked, Routes routes, SharedGroup group, int attempt) {
        if (group.isKeeper(asked)) {
            return null;
        }
        FilterSubscription other =
                attempt + 1 < Math.min(MAX_SHARED_ATTEMPTS, group.size()) ? group.after(asked) : null;
        if (other == null) {
            other = routes.keeperOf(group);
        }
        return other == asked ? null : other;
    }

    /**
     * Delivers the message to a member of a group.
     *
     * @param other next recipient to try; null if the message is dropped when this member refuses it
     * @return false if the member refused the message and another recipient follows; the counts are then unchanged
     */
    private boolean deliverToMember(
            RoutedMessage message, FilterSubscription member, @Nullable FilterSubscription other) {
        int acceptedBefore = message.accepted();
        int refusedBefore = message.refused();
        int matchedBefore = message.matched();
        int awaitedBefore = message.awaited();
        message.attempt(other != null);
        deliver(message, member);
        message.attempt(false);
        boolean taken = message.accepted() > acceptedBefore || message.awaited() > awaitedBefore;
        if (taken || other == null) {
            loop.counters().add(Counter.MATCHED, message.matched() - matchedBefore);
            return true;
        }
        if (message.matched() > matchedBefore) {
            message.forgetRecipient(message.refused() > refusedBefore);
        }
        return false;
    }
}
