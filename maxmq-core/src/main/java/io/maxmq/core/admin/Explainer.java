package io.maxmq.core.admin;

import io.maxmq.codec.topic.TopicName;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.access.Access;
import io.maxmq.core.connection.ClientTopics;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Explanation.Publishing;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Explains which sessions would get a message, and why others would not, without side effects: no turn of a shared
 * subscription is taken, no drop is counted, no match or decision is cached. First it checks on the publisher's loop
 * whether the message would be published; then it visits one loop after the other for the subscriptions ({@link
 * ExplainedRecipients}). Thread-safe.
 */
final class Explainer {
    private final BrokerConfig config;
    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final Access access;
    private final ExpiryClock clock;
    private final PendingQueries answers;
    private final ClientTopics clientTopics;

    Explainer(
            BrokerConfig config,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            Access access,
            ExpiryClock clock,
            PendingQueries answers) {
        this.config = config;
        this.loops = loops;
        this.routes = routes;
        this.access = access;
        this.clock = clock;
        this.answers = answers;
        this.clientTopics = new ClientTopics(config);
    }

    CompletionStage<Explanation> explain(PublishQuestion question) {
        return answers.ask(answer -> {
            String problem =
                    TopicName.problem(question.topic(), config.connections().maxTopicLevels());
            if (problem != null) {
                answer.complete(invalid(question, problem));
                return;
            }
            Optional<String> publisher = question.clientId();
            if (publisher.isEmpty() || InProcessNames.isReserved(publisher.get())) {
                recipients(question, Publishing.ALLOWED, "", answer);
                return;
            }
            byClient(question, publisher.get(), answer);
        });
    }

    private void byClient(PublishQuestion question, String publisher, CompletableFuture<Explanation> answer) {
        String topic = clientTopics.routedAs(question.topic());
        if (topic == null) {
            answer.complete(invalid(question, "not the topic of a delayed message"));
            return;
        }
        PublishQuestion aboutTopic = new PublishQuestion(
                question.tenant(), topic, question.clientId(), question.qos(), question.retain(), question.limit());
        SessionKey key = new SessionKey(question.tenant(), publisher);
        LoopAssembly at = LoopAssembly.of(loops, key);
        at.loop().execute(() -> {
            try {
                judge(aboutTopic, at, at.sessions().find(key), answer);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
    }

    private static Explanation invalid(PublishQuestion question, String problem) {
        return new Explanation(question, Publishing.TOPIC_INVALID, problem, List.of(), false, Optional.empty());
    }

    private void judge(
            PublishQuestion question,
            LoopAssembly at,
            @Nullable Session session,
            CompletableFuture<Explanation> answer) {
        ClientInfo client = session == null ? null : session.client();
        if (clientTopics.isClosed(question.topic())) {
            recipients(question, Publishing.TOPIC_CLOSED, "clients may not publish to it", answer);
        } else if (question.qos().code() > config.capabilities().maximumQos().code()) {
            recipients(
                    question,
                    Publishing.NOT_OFFERED,
                    "maximum QoS is " + config.capabilities().maximumQos().code(),
                    answer);
        } else if (question.retain() && !config.capabilities().retainAvailable()) {
            recipients(question, Publishing.NOT_OFFERED, "retained messages are not available", answer);
        } else if (client == null) {
            recipients(question, Publishing.NOT_CONNECTED, "authorizers were not asked", answer);
        } else {
            access.open(client, at.caller())
                    .publish(
                            question.topic(),
                            new Action.Publish(question.topic(), question.qos(), question.retain()),
                            decision -> judged(question, decision, answer));
        }
    }

    private void judged(PublishQuestion question, Authorization decision, CompletableFuture<Explanation> answer) {
        if (decision instanceof Authorization.Denied denied) {
            recipients(question, Publishing.NOT_AUTHORIZED, denied.reasonCode().toString(), answer);
        } else {
            recipients(question, Publishing.ALLOWED, "", answer);
        }
    }

    private void recipients(
            PublishQuestion question, Publishing publishing, String detail, CompletableFuture<Explanation> answer) {
        Topic topic = Topic.of(question.topic());
        Routes tenantRoutes = routes.of(question.tenant());
        new ExplainedRecipients(loops, tenantRoutes, access, question, topic)
                .collect(
                        answer,
                        (recipients, truncated) -> new Explanation(
                                question,
                                publishing,
                                detail,
                                recipients,
                                truncated,
                                Optional.ofNullable(tenantRoutes.retained().get(topic))
                                        .filter(message -> !message.isExpired(clock.millis()))
                                        .map(Views::retained)));
    }
}
