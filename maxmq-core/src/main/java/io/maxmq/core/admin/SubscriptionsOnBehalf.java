package io.maxmq.core.admin;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.connection.SubscriptionRules;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.observe.Events;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Makes and ends subscriptions of a session without its client's doing, by the rules that SUBSCRIBE and UNSUBSCRIBE follow
 * (MQTT 5.0 §3.8, §3.10). Thread-safe.
 */
final class SubscriptionsOnBehalf {
    private final SubscriptionRules rules;
    private final List<LoopAssembly> loops;
    private final Events events;
    private final PendingQueries answers;

    SubscriptionsOnBehalf(BrokerConfig config, List<LoopAssembly> loops, Events events, PendingQueries answers) {
        this.rules = new SubscriptionRules(config);
        this.loops = loops;
        this.events = events;
        this.answers = answers;
    }

    CompletionStage<ReasonCode> subscribe(SessionKey key, SubscriptionRequest request) {
        String problem = rules.problemOf(request.topicFilter());
        if (problem != null) {
            throw new IllegalArgumentException(problem + ": topicFilter=" + request.topicFilter());
        }
        TopicFilter filter = rules.filterOf(request.topicFilter());
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
                SubscriptionChanges.Before before = session.subscribing().before(filter);
                ReasonCode outcome = add(at, session, filter, request);
                answerWhenWritten(session, answer, outcome, () -> {
                    if (!outcome.isError()) {
                        session.subscribing().takeBack(filter, before);
                    }
                });
            }
        }));
    }

    private ReasonCode add(LoopAssembly at, Session session, TopicFilter filter, SubscriptionRequest request) {
        ReasonCode problem = rules.notOffered(filter, false);
        if (problem != null) {
            return problem;
        }
        SubscriptionRules.Added added = rules.add(session, filter, request, 0);
        ClientInfo client = session.client();
        if (added.granted() != null && client != null && events.wants(BrokerEvent.Subscribed.class)) {
            at.loop()
                    .emit(
                            events,
                            new BrokerEvent.Subscribed(
                                    at.loop().epochMillis(), client, filter.toString(), added.granted()));
        }
        if (added.wantsRetained()) {
            session.subscribing().sendRetained(filter);
        }
        return added.code();
    }

    CompletionStage<Boolean> unsubscribe(SessionKey key, String topicFilter) {
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(answer -> at.loop().execute(() -> {
            Session session = at.sessions().find(key);
            boolean removed = session != null && session.subscribing().unsubscribe(topicFilter);
            if (session != null && removed && events.wants(BrokerEvent.Unsubscribed.class)) {
                at.loop()
                        .emit(
                                events,
                                new BrokerEvent.Unsubscribed(
                                        at.loop().epochMillis(),
                                        key.tenant(),
                                        key.clientId(),
                                        ExclusiveSubscriptions.plain(topicFilter),
                                        Optional.ofNullable(session.client())));
            }
            if (session == null) {
                answer.complete(false);
            } else {
                answerWhenWritten(session, answer, removed, () -> {});
            }
        }));
    }

    /** @param refused done when storage does not take it */
    private static <T> void answerWhenWritten(
            Session session, CompletableFuture<T> answer, T outcome, Runnable refused) {
        if (session.isWritten()) {
            answer.complete(outcome);
            return;
        }
        session.afterWritten(failure -> {
            if (failure == null) {
                answer.complete(outcome);
            } else {
                refused.run();
                answer.completeExceptionally(failure);
            }
        });
    }
}
