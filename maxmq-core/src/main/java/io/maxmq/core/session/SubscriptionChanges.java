package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a session's subscriptions (MQTT 5.0 §3.8, §3.10): updates its {@link SubscriptionSet}, the tree, the
 * exclusive claims, and storage if the session is durable. The caller has validated and authorized each request.
 *
 * <p>A stateless view: {@link Session#subscribing} creates it at each call, so that the many idle sessions need no
 * memory for it. Runs on the session's event loop. Not thread-safe.
 */
public final class SubscriptionChanges {
    private final Session session;

    SubscriptionChanges(Session session) {
        this.session = session;
    }

    /** Subscription options besides the topic filter (§3.8.3.1). */
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

    /** Outcome of a subscription request. */
    public enum Outcome {
        NEW,
        REPLACED,
        /** The session's limit is reached, or memory is insufficient. */
        QUOTA_EXCEEDED,
        /** Another session holds an exclusive subscription to the filter. */
        TAKEN
    }

    // ---- subscribing

    /**
     * Returns whether the session could get too many copies of one message through this and its other shared
     * subscriptions.
     */
    public boolean exceedsCopies(TopicFilter filter) {
        return filter.share() != null && session.subscriptionSet().exceedsCopies(filter);
    }

    /**
     * Adds or replaces a subscription. Messages that arrive during a replacement are not lost (§3.8.4). An exclusive
     * subscription becomes an ordinary one. {@link Session#afterWritten} reports the write to storage.
     */
    public Outcome subscribe(TopicFilter filter, Options options) {
        Outcome outcome = put(filter, options);
        if (outcome == Outcome.REPLACED) {
            exclusive().release(filter.toString(), session);
            session.subscriptionSet().markOwn(filter.toString());
        }
        return written(filter, outcome);
    }

    /**
     * Adds or replaces a subscription of {@code $exclusive/FILTER}: no other session gets one until this session
     * unsubscribes or ends.
     */
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

    /** Returns whether the automatic subscriptions of the settings are still missing; true at most once. */
    public boolean beginAutomatic() {
        boolean first = !session.automaticKnown;
        session.automaticKnown = true;
        return first;
    }

    /** Makes the client's next connection retry the automatic subscriptions, after one was refused. */
    public void automaticNotGiven() {
        session.automaticKnown = false;
    }

    /**
     * Adds an automatic subscription from the settings; the session must not have the filter yet. The client may
     * unsubscribe from it, or take it over with a SUBSCRIBE of its own.
     */
    public Outcome subscribeAutomatically(TopicFilter filter, Options options) {
        Outcome outcome = put(filter, options);
        if (outcome == Outcome.NEW && session.automaticKnown) {
            session.subscriptionSet().markAutomatic(filter.toString());
        }
        return written(filter, outcome);
    }

    /** Restores a subscription from a previous run. */
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
            return Outcome.QUOTA_EXCEEDED; // an asynchronous answer arrived after the session's end
        }
        SubscriptionSet all = session.subscriptionSet();
        SubscriptionSet.Put put = all.put(filter, options);
        if (put.replaced() != null) {
            all.leave(put.replaced());
            left(put.replaced());
        }
        return put.outcome();
    }

    /** Sends the matching retained messages to a new subscription (§3.3.1.3). */
    public void sendRetained(TopicFilter filter) {
        FilterSubscription subscription = session.subscription(filter.toString());
        Routes routes = session.routes();
        if (subscription != null && !routes.retained().isEmpty()) {
            session.outbound().addRetained(routes.retained().cursor(filter), subscription);
        }
    }

    // ---- unsubscribing

    /**
     * Removes a subscription; false if absent. Queued and in-flight messages are still sent (§3.10.4).
     *
     * @param filter with the prefix {@code $exclusive/}: removes only an exclusive subscription; without: exclusive or
     *     not
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

    /** Returns the subscription that {@link #unsubscribe} of this filter would remove; for {@link #takeBack}. */
    public Before beforeUnsubscribe(String filter) {
        return before(held(filter));
    }

    /**
     * State of one filter before a change, restored if storage refuses the change.
     *
     * @param subscription null for none
     * @param exclusive whether the subscription is exclusive
     * @param automatic whether the subscription comes from the settings instead of the client
     */
    public record Before(@Nullable FilterSubscription subscription, boolean exclusive, boolean automatic) {
        private static final Before NOTHING = new Before(null, false, false);
    }

    /** Returns the present subscription of a filter; for {@link #takeBack}. */
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
     * Reverts a change that storage has refused. Storage is updated as soon as possible. An exclusive subscription
     * becomes exclusive again, unless another session has claimed the filter meanwhile.
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
     * Removes a subscription to which the client has lost its permission; false if absent. Messages that are queued for
     * it are not sent, unless another subscription matches them. Storage keeps the subscription while such messages are
     * queued, so that the next start authorizes it again.
     *
     * @param filter with its share name
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

    /** Deletes a revoked subscription from storage after the last message that it matched has left the queue. */
    void forgetRevoked(TopicFilter filter) {
        StoredSessions records = session.records();
        if (records != null && !session.isEnded() && session.subscription(filter.toString()) == null) {
            records.noSubscription(session, filter.toString(), null);
        }
    }

    /** Handles the removal of a subscription from the tree. */
    private void left(FilterSubscription subscription) {
        session.home().compactLater(session.routes());
        session.forgetRetained(subscription);
    }

    // ---- storage

    /** Writes a new or changed subscription to storage. */
    private Outcome written(TopicFilter filter, Outcome outcome) {
        if (session.records() != null && (outcome == Outcome.NEW || outcome == Outcome.REPLACED)) {
            write(filter, outcome == Outcome.REPLACED, session.writes().expect());
        }
        return outcome;
    }

    /**
     * Writes the present subscription of a filter. No effect if there is none, or if the session is not durable.
     *
     * @param replaces whether storage has a record of the filter
     * @param written null if no caller waits; then the write is repeated until storage accepts it
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
