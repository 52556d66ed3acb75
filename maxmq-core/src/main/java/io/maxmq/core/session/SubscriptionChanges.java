package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import org.jspecify.annotations.Nullable;

/**
 * Changes what a session has subscribed to (MQTT 5.0 §3.8, §3.10): in its {@link SubscriptionSet} and with that in the tree,
 * among the exclusive ones, and in storage when the session is durable. What is asked for has been checked and allowed before.
 *
 * <p>A view that keeps nothing: {@link Session#subscribing} makes it at each call, because the many sessions at rest are not to
 * pay for it. Runs on the session's event loop. Not thread-safe.
 */
public final class SubscriptionChanges {
    private final Session session;

    SubscriptionChanges(Session session) {
        this.session = session;
    }

    /** What a subscription asks for beside its filter (§3.8.3.1). */
    public record Options(int maxQos, boolean noLocal, boolean retainAsPublished, boolean queued, int subscriptionId) {
        static Options of(FilterSubscription made) {
            return new Options(
                    made.maxQos(), made.noLocal(), made.retainAsPublished(), made.queued(), made.subscriptionId());
        }

        static Options of(SubscriptionRecord record) {
            return new Options(
                    record.maxQos(),
                    record.noLocal(),
                    record.retainAsPublished(),
                    record.queued(),
                    record.subscriptionId());
        }
    }

    /** What came of subscribing. */
    public enum Outcome {
        NEW,
        REPLACED,
        /** The session has as many as it may, or there is no memory for one more. */
        QUOTA_EXCEEDED,
        /** Another session has subscribed exclusively. */
        TAKEN
    }

    // ---- adding

    /** Whether one message could come more often by it and the other shared ones than a session may have it. */
    public boolean exceedsCopies(TopicFilter filter) {
        return filter.share() != null && session.subscriptionSet().exceedsCopies(filter);
    }

    /**
     * Adds or replaces a subscription; messages that come while it is replaced are not lost (§3.8.4). One that was exclusive
     * is so no longer. {@link Session#afterWritten} tells when it is in storage.
     */
    public Outcome subscribe(TopicFilter filter, Options options) {
        Outcome outcome = put(filter, options);
        if (outcome == Outcome.REPLACED) {
            exclusive().release(filter.toString(), session);
            session.subscriptionSet().markOwn(filter.toString());
        }
        return written(filter, outcome);
    }

    /** The same for {@code $exclusive/FILTER}: no other session has it until this one unsubscribes or ends. */
    public Outcome subscribeExclusively(TopicFilter filter, Options options) {
        String text = filter.toString();
        if (session.isEnded() || !exclusive().claim(text, session)) {
            return Outcome.TAKEN;
        }
        Outcome outcome = put(filter, options);
        if (outcome == Outcome.QUOTA_EXCEEDED) {
            exclusive().release(text, session);
        } else {
            session.subscriptionSet().markOwn(text);
        }
        return written(filter, outcome);
    }

    /** Whether the session has yet to get what the settings want; true once. */
    public boolean beginAutomatic() {
        boolean first = !session.automaticKnown;
        session.automaticKnown = true;
        return first;
    }

    /** An automatic subscription could not be granted: the client's next connection tries again. */
    public void automaticNotGiven() {
        session.automaticKnown = false;
    }

    /** Adds one that the settings want and that is not there yet. The client may end it, or make it its own. */
    public Outcome subscribeAutomatically(TopicFilter filter, Options options) {
        Outcome outcome = put(filter, options);
        if (outcome == Outcome.NEW && session.automaticKnown) {
            session.subscriptionSet().markAutomatic(filter.toString());
        }
        return written(filter, outcome);
    }

    /** Makes one again that a broker before this one had. */
    void restore(TopicFilter filter, SubscriptionRecord record) {
        String text = filter.toString();
        if (record.exclusive() && !exclusive().claim(text, session)) {
            return;
        }
        SubscriptionSet all = session.subscriptionSet();
        all.restore(filter, Options.of(record));
        if (record.automatic()) {
            session.automaticKnown = true;
            all.markAutomatic(text);
        }
        session.rest();
    }

    private Outcome put(TopicFilter filter, Options options) {
        if (session.isEnded()) {
            return Outcome.QUOTA_EXCEEDED; // an answer that came too late
        }
        SubscriptionSet all = session.subscriptionSet();
        SubscriptionSet.Put put = all.put(filter, options);
        if (put.replaced() != null) {
            all.leave(put.replaced());
            left(put.replaced());
        }
        return put.outcome();
    }

    /** Has the retained messages that match sent to a subscription just made (§3.3.1.3). */
    public void sendRetained(TopicFilter filter) {
        FilterSubscription subscription = session.subscription(filter.toString());
        Routes routes = session.routes();
        if (subscription != null && !routes.retained().isEmpty()) {
            session.outbound().addRetained(routes.retained().cursor(filter), subscription);
        }
    }

    // ---- ending

    /**
     * Removes a subscription; false when there was none. What is queued or in flight still goes out (§3.10.4).
     *
     * @param filter with {@code $exclusive/}: only an exclusive one; without: exclusive or not
     */
    public boolean unsubscribe(String filter) {
        String held = held(filter);
        boolean awaited = session.records() != null && session.subscription(held) != null;
        return remove(held, awaited ? session.writes().expect() : null);
    }

    private String held(String filter) {
        String plain = ExclusiveSubscriptions.plain(filter);
        return exclusive().isHeldBy(plain, session) ? plain : filter;
    }

    /** What {@link #unsubscribe} of this filter removes; for {@link #takeBack}. */
    public Before beforeUnsubscribe(String filter) {
        return before(held(filter));
    }

    /**
     * What a session has of one filter, to be there again when storage refuses what comes in its place.
     *
     * @param subscription null for none
     * @param exclusive whether no other session may have it
     * @param automatic whether it is the settings' and not the client's
     */
    public record Before(@Nullable FilterSubscription subscription, boolean exclusive, boolean automatic) {
        private static final Before NOTHING = new Before(null, false, false);
    }

    /** What is there now; for {@link #takeBack}. */
    public Before before(TopicFilter filter) {
        return before(filter.toString());
    }

    private Before before(String text) {
        FilterSubscription present = session.subscription(text);
        return present == null
                ? Before.NOTHING
                : new Before(
                        present,
                        exclusive().isHeldBy(text, session),
                        session.subscriptionSet().isAutomatic(text));
    }

    /**
     * Takes back what storage has refused: the subscription is as it was before, and storage follows as soon as it can. What was
     * exclusive is so again, unless another session has claimed it meanwhile.
     */
    public void takeBack(TopicFilter filter, Before before) {
        FilterSubscription subscription = before.subscription();
        String text = filter.toString();
        if (subscription == null) {
            remove(text, null);
        } else if (put(filter, Options.of(subscription)) != Outcome.QUOTA_EXCEEDED) {
            if (before.exclusive()) {
                var unused = exclusive().claim(text, session);
            } else {
                exclusive().release(text, session);
            }
            if (before.automatic()) {
                session.subscriptionSet().markAutomatic(text);
            }
            write(filter, true, null);
        }
    }

    private boolean remove(String filter, @Nullable WriteCallback written) {
        FilterSubscription subscription = session.subscriptionSet().remove(filter);
        if (subscription == null) {
            return false;
        }
        left(subscription);
        StoredSessions records = session.records();
        if (records != null) {
            records.noSubscription(session, subscription.filter().toString(), written);
        }
        return true;
    }

    /**
     * Removes a subscription that its client has no right to any more; false when there was none. What is queued by it is not
     * sent, unless by another subscription too. Storage keeps the subscription for as long as that waits: a broker after this
     * one finds and judges it again.
     *
     * @param filter with its share
     */
    public boolean revoke(TopicFilter filter) {
        FilterSubscription subscription = session.subscriptionSet().remove(filter.toString());
        if (subscription == null) {
            return false;
        }
        left(subscription);
        if (!session.keepsBack(filter)) {
            forgetRevoked(filter);
        }
        return true;
    }

    /** Nothing waits by it any more. */
    void forgetRevoked(TopicFilter filter) {
        StoredSessions records = session.records();
        if (records != null && !session.isEnded() && session.subscription(filter.toString()) == null) {
            records.noSubscription(session, filter.toString(), null);
        }
    }

    /** A subscription is no longer in the tree. */
    private void left(FilterSubscription subscription) {
        session.home().compactLater(session.routes());
        session.forgetRetained(subscription);
    }

    // ---- storage

    /** Has a subscription written that was made or changed. */
    private Outcome written(TopicFilter filter, Outcome outcome) {
        if (session.records() != null && (outcome == Outcome.NEW || outcome == Outcome.REPLACED)) {
            write(filter, outcome == Outcome.REPLACED, session.writes().expect());
        }
        return outcome;
    }

    /**
     * Without effect when storage is not to have it.
     *
     * @param replaces whether storage has a record of the filter
     * @param written null when nobody waits: then it is repeated until storage takes it
     */
    private void write(TopicFilter filter, boolean replaces, @Nullable WriteCallback written) {
        String text = filter.toString();
        FilterSubscription made = session.subscription(text);
        StoredSessions records = session.records();
        if (made != null && records != null) {
            SubscriptionRecord record = new SubscriptionRecord(
                    made.maxQos(),
                    made.noLocal(),
                    made.retainAsPublished(),
                    made.queued(),
                    session.subscriptionSet().isAutomatic(text),
                    exclusive().isHeldBy(text, session),
                    made.subscriptionId());
            records.subscription(session, text, record, replaces, written);
        }
    }

    private ExclusiveSubscriptions exclusive() {
        return session.routes().exclusive();
    }
}
