package io.maxmq;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.config.Capabilities;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.TopicRewrite;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Explanation.Publishing;
import io.maxmq.spi.admin.Explanation.Recipient;
import io.maxmq.spi.admin.Explanation.Verdict;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.AT_MOST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** Who would get a message, and why others would not: asked, compared with what happens, and without effect. */
class ExplainTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.loops(3));

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    private Explanation explain(PublishQuestion question) {
        return get(broker.broker().explain(question));
    }

    private static Verdict verdict(Explanation of, String clientId) {
        return of.recipients().stream()
                .filter(each -> each.clientId().equals(clientId))
                .findFirst()
                .map(Recipient::verdict)
                .orElseThrow(() -> new AssertionError("not in: " + of));
    }

    private void leave(String clientId, String filter) {
        TestClient client = broker.lasting(clientId, true, 10);
        client.subscribe(filter, AT_LEAST_ONCE);
        client.disconnect();
        broker.awaitDisconnected(clientId);
    }

    private static Message message(String topic, QoS qos) {
        return Message.builder(topic).payload("m").qos(qos).build();
    }

    private static RequestedSubscription subscription(String filter, QoS qos, boolean noLocal) {
        return new RequestedSubscription(filter, qos, noLocal, false, RetainHandling.SEND_AT_SUBSCRIBE);
    }

    private static Properties id(int subscriptionId) {
        return Properties.builder()
                .set(PropertyId.SUBSCRIPTION_IDENTIFIER, subscriptionId)
                .build();
    }

    // ---- recipients

    @Test
    void namesEachSubscriptionThatMatchesOnAllLoops() {
        for (int i = 0; i < 12; i++) {
            broker.lasting("c-" + i, true, 10).subscribe(i % 2 == 0 ? "a/+" : "b", AT_LEAST_ONCE);
        }

        Explanation explanation = explain(PublishQuestion.of("a/x").qos(EXACTLY_ONCE));

        assertThat(explanation.recipients())
                .extracting(Recipient::clientId)
                .containsExactlyInAnyOrder("c-0", "c-2", "c-4", "c-6", "c-8", "c-10");
        assertThat(explanation.recipients())
                .allMatch(each -> each.verdict() == Verdict.WOULD_RECEIVE
                        && each.qos() == AT_LEAST_ONCE
                        && each.topicFilter().equals("a/+"));
        assertThat(explanation.truncated()).isFalse();
        assertThat(explain(PublishQuestion.of("nobody")).recipients()).isEmpty();
    }

    @Test
    void tellsWhoIsAway() {
        leave("keeps", "a");
        leave("does-not", "b");
        get(broker.broker()
                .sessions()
                .subscribe(
                        "does-not",
                        new SubscriptionRequest("a", AT_LEAST_ONCE, false, false, RetainHandling.SEND_AT_SUBSCRIBE)
                                .withoutQueue()));

        Explanation atLeastOnce = explain(PublishQuestion.of("a"));
        Explanation atMostOnce = explain(PublishQuestion.of("a").qos(AT_MOST_ONCE));

        assertThat(verdict(atLeastOnce, "keeps")).isEqualTo(Verdict.QUEUED_OFFLINE);
        assertThat(verdict(atLeastOnce, "does-not")).isEqualTo(Verdict.OFFLINE_NOT_QUEUED);
        assertThat(verdict(atMostOnce, "keeps")).isEqualTo(Verdict.OFFLINE_QOS0);
        assertThat(verdict(atMostOnce, "does-not")).isEqualTo(Verdict.OFFLINE_QOS0);
    }

    @ParameterizedTest
    @EnumSource(
            value = Overflow.class,
            names = {"DROP_NEWEST", "DROP_OLDEST"})
    void tellsWhoHasNoRoom(Overflow overflow) {
        try (TestBroker small = TestBroker.start(builder -> builder.sessions(
                SessionLimits.builder().maxQueuedMessages(2).overflow(overflow).build()))) {
            small.lasting("c", true, 1).subscribe("a", AT_LEAST_ONCE);
            List<Verdict> verdicts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                verdicts.add(verdict(get(small.broker().explain("a")), "c"));
                small.publish(message("a", AT_LEAST_ONCE));
            }

            assertThat(verdicts)
                    .containsExactly(
                            Verdict.WOULD_RECEIVE,
                            Verdict.QUEUED,
                            Verdict.QUEUED,
                            overflow == Overflow.DROP_OLDEST ? Verdict.QUEUED : Verdict.QUEUE_FULL);
            assertThat(verdict(
                            get(small.broker().explain(PublishQuestion.of("a").qos(AT_MOST_ONCE))), "c"))
                    .isEqualTo(Verdict.WOULD_RECEIVE);
        }
    }

    @Test
    void leavesOutTheClientsOwnAndMergesWhatOverlaps() {
        TestClient own = broker.lasting("own", true, 10);
        own.subscribe(id(7), subscription("a/#", AT_LEAST_ONCE, true));
        own.subscribe(id(3), subscription("a/+", EXACTLY_ONCE, false));
        own.subscribe(id(5), subscription("+/b", AT_MOST_ONCE, false));

        Explanation byItself = get(broker.broker().explain("a/b", "own"));
        Explanation byOther = explain(PublishQuestion.of("a/b").qos(EXACTLY_ONCE));

        assertThat(byItself.recipients())
                .extracting(Recipient::topicFilter, Recipient::verdict, Recipient::subscriptionIds)
                .containsExactlyInAnyOrder(
                        tuple("a/#", Verdict.NO_LOCAL, List.of(7)),
                        tuple("a/+", Verdict.WOULD_RECEIVE, List.of(3, 5)),
                        tuple("+/b", Verdict.MERGED, List.of(5)));
        assertThat(byOther.recipients())
                .extracting(Recipient::topicFilter, Recipient::verdict, Recipient::qos)
                .containsExactlyInAnyOrder(
                        tuple("a/+", Verdict.WOULD_RECEIVE, EXACTLY_ONCE),
                        tuple("+/b", Verdict.MERGED, AT_MOST_ONCE),
                        tuple("a/#", Verdict.MERGED, AT_LEAST_ONCE));
    }

    @Test
    void namesTheMemberOfAGroupWhoseTurnItIsAndTakesNoTurn() {
        List<TestClient> members = IntStream.range(0, 4)
                .mapToObj(i -> {
                    TestClient member = broker.lasting("m-" + i, true, 10);
                    member.subscribe("$share/g/a", AT_LEAST_ONCE);
                    return member;
                })
                .toList();
        leave("gone", "$share/g/a");

        for (int round = 0; round < 10; round++) {
            Explanation explanation = explain(PublishQuestion.of("a"));
            assertThat(explain(PublishQuestion.of("a")).recipients())
                    .containsExactlyInAnyOrderElementsOf(explanation.recipients());
            assertThat(explanation.recipients()).hasSize(5);
            assertThat(verdict(explanation, "gone")).isEqualTo(Verdict.SHARED_PASSED_OVER);
            List<Recipient> next =
                    explanation.recipients().stream().filter(Recipient::isNext).toList();
            assertThat(next).hasSize(1);
            assertThat(next.get(0).verdict()).isEqualTo(Verdict.SHARED_CANDIDATE);
            assertThat(next.get(0).shareName()).contains("g");

            broker.publish(message("a", AT_LEAST_ONCE));
            TestClient told =
                    members.get(Integer.parseInt(next.get(0).clientId().substring("m-".length())));
            told.acknowledge(told.expect(Publish.class));
        }
        members.forEach(TestClient::expectNothing);
    }

    @Test
    void tellsOfTheQueueOfAGroupThatIsAway() {
        leave("m-0", "$share/g/a");
        leave("m-1", "$share/g/a");
        leave("single", "$share/other/a");

        Explanation explanation = explain(PublishQuestion.of("a"));

        assertThat(verdict(explanation, "")).isEqualTo(Verdict.QUEUED_OFFLINE);
        assertThat(verdict(explanation, "m-0")).isEqualTo(Verdict.SHARED_PASSED_OVER);
        assertThat(verdict(explanation, "single")).isEqualTo(Verdict.QUEUED_OFFLINE);
        assertThat(verdict(explain(PublishQuestion.of("a").qos(AT_MOST_ONCE)), ""))
                .isEqualTo(Verdict.OFFLINE_QOS0);
    }

    @Test
    void namesHandlersOfTheApplication() {
        get(broker.broker().subscribe("a", message -> {}).active());

        Explanation explanation = explain(PublishQuestion.of("a"));

        assertThat(explanation.recipients()).extracting(Recipient::verdict).containsExactly(Verdict.IN_PROCESS);
    }

    @Test
    void isBoundedAndSaysSo() {
        IntStream.range(0, 30).forEach(i -> broker.lasting("c-" + i, true, 10).subscribe("a", AT_LEAST_ONCE));

        assertThat(explain(PublishQuestion.of("a").limit(29)).recipients()).hasSize(29);
        assertThat(explain(PublishQuestion.of("a").limit(29)).truncated()).isTrue();
        assertThat(explain(PublishQuestion.of("a").limit(30)).truncated()).isFalse();
        assertThatThrownBy(() -> PublishQuestion.of("a").limit(1001))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit=1001");
    }

    // ---- publishing

    @Test
    void tellsWhetherTheTopicMayBePublishedTo() {
        broker.lasting("c", true, 10).subscribe("$open/a", AT_LEAST_ONCE);

        assertThat(explain(PublishQuestion.of("a/#")).publishing()).isEqualTo(Publishing.TOPIC_INVALID);
        assertThat(explain(PublishQuestion.of("")).publishing()).isEqualTo(Publishing.TOPIC_INVALID);
        assertThat(get(broker.broker().explain("$open/a", "c")).publishing()).isEqualTo(Publishing.TOPIC_CLOSED);
        assertThat(explain(PublishQuestion.of("$open/a")).publishing()).isEqualTo(Publishing.ALLOWED);
        assertThat(verdict(explain(PublishQuestion.of("$open/a")), "c")).isEqualTo(Verdict.WOULD_RECEIVE);
        assertThat(get(broker.broker().explain("a", "nobody")).publishing()).isEqualTo(Publishing.NOT_CONNECTED);
        assertThat(get(broker.broker().explain(new Tenant("other"), "a", "c")).publishing())
                .isEqualTo(Publishing.NOT_CONNECTED);
        try (TestBroker less = TestBroker.start(builder -> builder.capabilities(Capabilities.builder()
                .maximumQos(AT_LEAST_ONCE)
                .retainAvailable(false)
                .openDollarTopics(Set.of("$open"))
                .build()))) {
            less.lasting("c", true, 10);
            PublishQuestion byClient = PublishQuestion.of("$open/a").by("c");
            assertThat(get(less.broker().explain(byClient)).publishing()).isEqualTo(Publishing.ALLOWED);
            assertThat(get(less.broker().explain(byClient.qos(EXACTLY_ONCE))).publishing())
                    .isEqualTo(Publishing.NOT_OFFERED);
            assertThat(get(less.broker().explain(byClient.retain(true))).publishing())
                    .isEqualTo(Publishing.NOT_OFFERED);
        }
    }

    @Test
    void judgesADelayedMessageAsTheTopicThatItIsFor() {
        broker.lasting("c", true, 10).subscribe("a", AT_LEAST_ONCE);

        Explanation delayed = get(broker.broker().explain("$delayed/5/a", "c"));

        assertThat(delayed.question().topic()).isEqualTo("a");
        assertThat(delayed.publishing()).isEqualTo(Publishing.ALLOWED);
        assertThat(verdict(delayed, "c")).isEqualTo(Verdict.WOULD_RECEIVE);
        assertThat(get(broker.broker().explain("$delayed/x/a", "c")).publishing())
                .isEqualTo(Publishing.TOPIC_INVALID);
    }

    @Test
    void judgesWhatTheTopicIsRewrittenTo() {
        try (TestBroker rewriting =
                TestBroker.start(builder -> builder.topicRewrite(TopicRewrite.ofPublish("old/#", "new/{#}"))
                        .topicRewrite(TopicRewrite.ofPublish("new/#", "newest/{#}")))) {
            rewriting.lasting("c", true, 10).subscribe("new/#", AT_LEAST_ONCE);

            Explanation explanation = get(rewriting.broker().explain("old/x", "c"));

            assertThat(explanation.question().topic()).isEqualTo("new/x");
            assertThat(verdict(explanation, "c")).isEqualTo(Verdict.WOULD_RECEIVE);
            assertThat(get(rewriting.broker().explain("$delayed/5/old/x", "c"))
                            .question()
                            .topic())
                    .isEqualTo("new/x");
            assertThat(get(rewriting.broker().explain("old/x")).recipients()).isEmpty();
        }
    }

    @Test
    void tellsTheEffectOnTheRetainedMessage() {
        PublishQuestion retained = PublishQuestion.of("a").retain(true);

        assertThat(explain(PublishQuestion.of("a")).retainedEffect()).isEqualTo("none");
        assertThat(explain(retained).retainedEffect()).isEqualTo("stores");
        broker.publish(message("a", AT_LEAST_ONCE).toBuilder().retain(true).build());
        assertThat(explain(retained).retainedEffect()).isEqualTo("replaces");
        assertThat(explain(retained).retained().orElseThrow().payloadBytes()).isEqualTo(1);
        assertThat(get(broker.broker().retained().get("a")).orElseThrow().payloadText())
                .isEqualTo("m");
    }

    /** Answers by a rule that changes without notice, so that what is remembered shows. */
    private static final class Rules implements Authorizer {
        private final List<Action> asked = new CopyOnWriteArrayList<>();
        private volatile Predicate<Action> allows = action -> true;
        private volatile boolean blocks;

        @Override
        public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
            asked.add(action);
            return CompletableFuture.completedFuture(
                    allows.test(action) ? Authorization.allowed() : Authorization.denied());
        }

        @Override
        public boolean authorizesReceive() {
            return true;
        }

        @Override
        public boolean mayBlock() {
            return blocks;
        }

        @Override
        public Registration onChange(Runnable listener) {
            return Registration.NONE;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asksAuthorizersAfreshAndHasNobodyRememberTheAnswer(boolean blocking) {
        Rules rules = new Rules();
        rules.blocks = blocking;
        try (TestBroker ruled = TestBroker.start(builder -> builder.loops(2).authorizer(rules))) {
            TestClient publisher = ruled.lasting("p", true, 10);
            IntStream.range(0, 5).forEach(i -> ruled.lasting("s-" + i, true, 10).subscribe("a", AT_LEAST_ONCE));
            rules.allows = action -> action instanceof Action.Subscribe;

            Explanation denied = get(ruled.broker().explain("a", "p"));
            rules.allows = action -> true;
            Explanation allowed = get(ruled.broker().explain("a", "p"));

            assertThat(denied.publishing()).isEqualTo(Publishing.NOT_AUTHORIZED);
            assertThat(denied.recipients()).hasSize(5).allMatch(each -> each.verdict() == Verdict.NOT_AUTHORIZED);
            assertThat(allowed.publishing()).isEqualTo(Publishing.ALLOWED);
            assertThat(allowed.recipients()).hasSize(5).allMatch(each -> each.verdict() == Verdict.WOULD_RECEIVE);
            rules.asked.clear();
            assertThat(publisher.publish("a", "m", AT_LEAST_ONCE).isError()).isFalse();
            // The connections have not learnt from the questions: each asks for itself.
            assertThat(rules.asked).filteredOn(Action.Publish.class::isInstance).hasSize(1);
        }
    }

    // ---- as a whole

    @Test
    void hasNoEffect() {
        TestClient full = broker.lasting("c", true, 1);
        full.subscribe("a/#", AT_LEAST_ONCE);
        leave("away", "a/#");
        for (int i = 0; i < 20; i++) {
            explain(PublishQuestion.of("a/" + i).qos(QoS.of(i % 3)).retain(true));
        }

        full.expectNothing();
        assertThat(get(broker.broker().sessions().find("away")).orElseThrow().queuedMessages())
                .isZero();
        assertThat(get(broker.broker().sessions().find("c")).orElseThrow().inFlightMessages())
                .isZero();
        assertThat(broker.broker().retained().count()).isZero();
        assertThat(broker.events().of(MessageDropped.class)).isEmpty();
    }

    @Test
    void agreesWithWhatPublishingDoes() {
        broker.lasting("here", true, 10).subscribe("a", AT_LEAST_ONCE);
        leave("away", "a");
        leave("away-too", "a");

        for (QoS qos : QoS.values()) {
            Explanation explanation = explain(PublishQuestion.of("a").qos(qos));
            PublishResult result = broker.publish(message("a", qos));
            assertThat(explanation.recipients()).hasSize(result.matched());
            assertThat(explanation.recipients())
                    .filteredOn(each -> each.verdict().isDelivered())
                    .hasSize(result.queued());
        }
    }

    @Test
    void readsAsAReport() {
        broker.lasting("c", true, 10).subscribe(id(4), subscription("a/+", AT_LEAST_ONCE, false));

        assertThat(explain(PublishQuestion.of("a/b").by("c").qos(EXACTLY_ONCE)))
                .hasToString("topic a/b qos=2 by client c: ALLOWED; retained: none\n"
                        + "  c by a/+ qos=1 ids=[4]: WOULD_RECEIVE");
        assertThat(explain(PublishQuestion.of("x")))
                .hasToString("topic x qos=1 by the application: ALLOWED; retained: none\n  no matching subscription");
    }

    @Test
    void extensionsAskToo() {
        AtomicReference<BrokerContext> context = new AtomicReference<>();
        try (TestBroker extended = TestBroker.start(builder -> builder.extension(given -> {
            context.set(given);
            return CompletableFuture.completedFuture(null);
        }))) {
            extended.lasting("c", true, 10).subscribe("a", AT_LEAST_ONCE);

            assertThat(verdict(get(context.get().explain(PublishQuestion.of("a"))), "c"))
                    .isEqualTo(Verdict.WOULD_RECEIVE);
        }
    }
}
