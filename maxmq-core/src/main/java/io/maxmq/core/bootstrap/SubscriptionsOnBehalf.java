package io.maxmq.core.bootstrap;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Capabilities;
import io.maxmq.core.connection.Connections;
import io.maxmq.core.observe.Events;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Makes and ends subscriptions of a session without its client's doing, by the rules that SUBSCRIBE and UNSUBSCRIBE follow
 * (MQTT 5.0 §3.8, §3.10). Thread-safe.
 */
final class SubscriptionsOnBehalf {
    private final BrokerConfig config;
    private final List<LoopAssembly> loops;
    private final Events events;
    private final Answers answers;

    SubscriptionsOnBehalf(BrokerConfig config, List<LoopAssembly> loops, Events events, Answers answers) {
        this.config = config;
        this.loops = loops;
        this.events = events;
        this.answers = answers;
    }

    CompletionStage<ReasonCode> subscribe(SessionKey key, SubscriptionRequest request) {
        String asked = ExclusiveSubscriptions.plain(request.topicFilter());
        String problem = TopicFilter.problem(asked, config.connections().maxTopicLevels());
        if (problem != null) {
            throw new IllegalArgumentException("topic filter " + problem + ": topicFilter=" + request.topicFilter());
        }
        TopicFilter filter = TopicFilter.of(asked);
        boolean exclusive = ExclusiveSubscriptions.filterIn(request.topicFilter()) != null;
        if (exclusive && (filter.share() != null || !config.capabilities().exclusiveSubscriptionsAvailable())) {
            throw new IllegalArgumentException(
                    "not an exclusive subscription that this broker has: topicFilter=" + request.topicFilter());
        }
        if (filter.share() != null && request.noLocal()) {
            throw new IllegalArgumentException(
                    "No Local on a shared subscription: topicFilter=" + request.topicFilter());
        }
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(answer -> at.loop().execute(() -> {
            Session session = at.sessions().find(key);
            if (session == null) {
                answer.completeExceptionally(new NoSuchElementException(
                        "no session of this client: tenant=" + key.tenant() + ", clientId=" + key.clientId()));
            } else {
                answer.complete(add(at, session, filter, request));
            }
        }));
    }

    private ReasonCode add(LoopAssembly at, Session session, TopicFilter filter, SubscriptionRequest request) {
        ReasonCode problem = problemOf(filter);
        if (problem != null) {
            return problem;
        }
        if (session.routes().tree().visitBoundWith(filter) > Connections.MAX_VISITS_PER_MATCH) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        QoS granted = request.qos().min(config.capabilities().maximumQos());
        Session.Options options = new Session.Options(
                granted.code(), request.noLocal(), request.retainAsPublished(), request.queued(), 0);
        Session.Subscribed outcome = ExclusiveSubscriptions.filterIn(request.topicFilter()) == null
                ? session.subscribe(filter, options)
                : session.subscribeExclusively(filter, options);
        if (outcome == Session.Subscribed.QUOTA_EXCEEDED || outcome == Session.Subscribed.TAKEN) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        ClientInfo client = session.client();
        if (client != null && events.wants(BrokerEvent.Subscribed.class)) {
            events.emit(new BrokerEvent.Subscribed(at.loop().epochMillis(), client, filter.toString(), granted));
        }
        RetainHandling handling = request.retainHandling();
        if (filter.share() == null
                && (handling == RetainHandling.SEND_AT_SUBSCRIBE
                        || (handling == RetainHandling.SEND_IF_NEW && outcome == Session.Subscribed.NEW))) {
            session.sendRetained(filter);
        }
        return switch (granted) {
            case AT_MOST_ONCE -> ReasonCode.SUCCESS;
            case AT_LEAST_ONCE -> ReasonCode.GRANTED_QOS_1;
            case EXACTLY_ONCE -> ReasonCode.GRANTED_QOS_2;
        };
    }

    private @Nullable ReasonCode problemOf(TopicFilter filter) {
        Capabilities offered = config.capabilities();
        if (filter.share() != null && !offered.sharedSubscriptionsAvailable()) {
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        return filter.hasWildcard() && !offered.wildcardSubscriptionsAvailable()
                ? ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED
                : null;
    }

    CompletionStage<Boolean> unsubscribe(SessionKey key, String topicFilter) {
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(answer -> at.loop().execute(() -> {
            Session session = at.sessions().find(key);
            boolean removed = session != null && session.unsubscribe(topicFilter);
            if (removed && events.wants(BrokerEvent.Unsubscribed.class)) {
                events.emit(new BrokerEvent.Unsubscribed(
                        at.loop().epochMillis(),
                        key.tenant(),
                        key.clientId(),
                        ExclusiveSubscriptions.plain(topicFilter)));
            }
            answer.complete(removed);
        }));
    }
}
