package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Capabilities;
import io.maxmq.config.Tenancy;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.intercept.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a subscription is made (MQTT 5.0 §3.8, §3.9.3), whoever asks for it: the client by SUBSCRIBE, or an
 * administrator on its behalf. Immutable, thread-safe; {@link #add} runs on the session's loop.
 */
public final class SubscriptionRules {
    /** Nodes of the subscription tree that one match may visit because of wildcards. */
    private static final int MAX_VISITS_PER_MATCH = 2000;

    private final Capabilities offered;
    private final int maxTopicLevels;
    private final Tenancy tenancy;

    /**
     * What came of adding one.
     *
     * @param code for SUBACK
     * @param why it was refused, for people; empty when it was not
     * @param granted null when it was refused
     * @param wantsRetained whether the retained messages that match are to be sent (§3.3.1.3)
     */
    public record Added(
            ReasonCode code, String why, @Nullable QoS granted, boolean wantsRetained) {}

    public SubscriptionRules(BrokerConfig config) {
        this.offered = config.capabilities();
        this.maxTopicLevels = config.connections().maxTopicLevels();
        this.tenancy = config.tenancy();
    }

    /** Why it cannot be subscribed to, for people; null when it can. */
    public @Nullable String problemOf(String asked) {
        String plain = ExclusiveSubscriptions.plain(asked);
        boolean exclusive = ExclusiveSubscriptions.filterIn(asked) != null;
        if (exclusive && !offered.exclusiveSubscriptionsAvailable()) {
            return "not an exclusive subscription that this broker has";
        }
        String problem = TopicFilter.problem(plain, maxTopicLevels);
        if (problem != null) {
            return "topic filter " + problem;
        }
        boolean sharedToo = exclusive && TopicFilter.of(plain).share() != null;
        return sharedToo ? "not an exclusive subscription that this broker has" : null;
    }

    /** Whether the text is not a topic filter (§4.7), with or without {@code $exclusive/}. */
    boolean isInvalid(String asked) {
        return TopicFilter.problem(ExclusiveSubscriptions.plain(asked), maxTopicLevels) != null;
    }

    /** The filter of what has no {@link #problemOf}. */
    public TopicFilter filterOf(String asked) {
        return TopicFilter.of(ExclusiveSubscriptions.plain(asked));
    }

    /**
     * What the broker does not offer; null when it offers it.
     *
     * @param withId whether the subscription is to have an identifier
     */
    public @Nullable ReasonCode notOffered(TopicFilter filter, boolean withId) {
        if (filter.share() != null && !offered.sharedSubscriptionsAvailable()) {
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (filter.hasWildcard() && !offered.wildcardSubscriptionsAvailable()) {
            return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        return withId && !offered.subscriptionIdentifiersAvailable()
                ? ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED
                : null;
    }

    /**
     * Adds one that is offered and allowed to a session.
     *
     * @param filter of what is wanted
     * @param subscriptionId 0 for none
     */
    public Added add(Session session, TopicFilter filter, SubscriptionRequest wanted, int subscriptionId) {
        if (isTooWide(session, filter)) {
            return refused("too many wildcards in this and other filters");
        }
        if (session.subscribing().exceedsCopies(filter)) {
            return refused("too many shared subscriptions that one message is for");
        }
        if (exceedsQuota(session, filter)) {
            return refused("too many subscriptions of this tenant");
        }
        QoS granted = wanted.qos().min(offered.maximumQos());
        SubscriptionChanges.Options options = new SubscriptionChanges.Options(
                granted.code(), wanted.noLocal(), wanted.retainAsPublished(), wanted.queued(), subscriptionId);
        SubscriptionChanges.Outcome outcome = ExclusiveSubscriptions.filterIn(wanted.topicFilter()) == null
                ? session.subscribing().subscribe(filter, options)
                : session.subscribing().subscribeExclusively(filter, options);
        return switch (outcome) {
            case TAKEN -> refused("another client has the exclusive subscription");
            case QUOTA_EXCEEDED -> refused("too many subscriptions");
            case NEW, REPLACED ->
                new Added(
                        grantedCode(granted),
                        "",
                        granted,
                        filter.share() == null
                                && wantsRetained(wanted.retainHandling(), outcome == SubscriptionChanges.Outcome.NEW));
        };
    }

    /** Whether the session's tenant would have more subscriptions than it may. */
    boolean exceedsQuota(Session session, TopicFilter filter) {
        int most = tenancy.quotaOf(session.tenant()).maxSubscriptions();
        return most != Integer.MAX_VALUE
                && session.routes().tree().subscriptionCount() >= most
                && session.subscription(filter.toString()) == null;
    }

    /** Whether this filter and others together make every match walk half the tree: refused, not served slowly. */
    static boolean isTooWide(Session session, TopicFilter filter) {
        return session.routes().tree().visitBoundWith(filter) > MAX_VISITS_PER_MATCH;
    }

    private static Added refused(String why) {
        return new Added(ReasonCode.QUOTA_EXCEEDED, why, null, false);
    }

    private static boolean wantsRetained(RetainHandling handling, boolean isNew) {
        return handling == RetainHandling.SEND_AT_SUBSCRIBE || (handling == RetainHandling.SEND_IF_NEW && isNew);
    }

    /** What SUBACK says of a granted QoS (§3.9.3). */
    public static ReasonCode grantedCode(QoS qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> ReasonCode.SUCCESS;
            case AT_LEAST_ONCE -> ReasonCode.GRANTED_QOS_1;
            case EXACTLY_ONCE -> ReasonCode.GRANTED_QOS_2;
        };
    }
}
