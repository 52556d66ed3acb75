package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.Subscribed;
import io.maxmq.spi.event.BrokerEvent.Unsubscribed;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Subscriptions that sessions get without asking. */
class AutomaticSubscriptionTest {
    private static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private @Nullable TestBroker broker;

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private static AutomaticSubscription rule(String clientIds, String filter) {
        return AutomaticSubscription.of(clientIds, new SubscriptionRequest(filter, QoS.AT_LEAST_ONCE));
    }

    private TestBroker with(AutomaticSubscription... rules) {
        TestBroker started = TestBroker.start(builder -> {
            List.of(rules).forEach(builder::automaticSubscription);
            return builder;
        });
        broker = started;
        return started;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void clientsOfThePatternHaveIt(ProtocolVersion version) {
        TestBroker broker = with(rule("dev-*", "to/${clientid}"), rule("*", "all"));
        TestClient device = broker.connected(version, "dev-1");
        TestClient other = broker.connected(version, "other");

        broker.publish(Message.of("to/dev-1", "x"));
        broker.publish(Message.of("to/other", "nobody"));
        broker.publish(Message.of("all", "y"));

        device.expectMessage("to/dev-1", "x");
        device.expectMessage("all", "y");
        other.expectMessage("all", "y");
        other.expectNothing();
    }

    @Test
    void hasTheOptionsOfTheRule() {
        TestBroker broker = with(AutomaticSubscription.of(
                "*", new SubscriptionRequest("a", QoS.EXACTLY_ONCE, true, true, RetainHandling.SEND_AT_SUBSCRIBE)));
        TestClient client = broker.connected(V5, "client");

        client.publish("a", "mine", QoS.AT_MOST_ONCE);
        broker.connected(V5, "other").publish("a", "its", QoS.EXACTLY_ONCE, true);

        Publish received = client.expectMessage("a", "its");
        assertThat(received.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(received.retain()).isTrue();
    }

    @Test
    void retainedMessagesComeAfterConnack() {
        TestBroker broker = with(
                rule("*", "a"),
                AutomaticSubscription.of(
                        "*", new SubscriptionRequest("b", QoS.AT_MOST_ONCE, false, false, RetainHandling.DO_NOT_SEND)));
        broker.publish(Message.builder("a").payload("kept").retain(true).build());
        broker.publish(Message.builder("b").payload("kept").retain(true).build());

        TestClient late = broker.connected(V5, "late");

        late.expectMessage("a", "kept");
        late.expectNothing();
    }

    @Test
    void fillsInTheUserNameOrGoesWithout() {
        TestBroker broker =
                TestBroker.closed(builder -> builder.authenticator(request -> CompletableFuture.completedFuture(
                                request.client().clientId().equals("claiming")
                                        ? AuthenticationResult.allowed().withoutUsername()
                                        : AuthenticationResult.allowed()))
                        .automaticSubscription(rule("*", "user/${username}")));
        this.broker = broker;
        TestClient named =
                broker.connected(new Connect(V5, false, true, 0, Properties.NONE, "named", null, "ann", null));
        broker.connected(new Connect(V5, false, true, 0, Properties.NONE, "claiming", null, "ann", null));
        broker.connected(new Connect(V5, false, true, 0, Properties.NONE, "spy", null, "#", null));
        broker.connected(V5, "nameless").disconnect();

        broker.publish(Message.of("user/ann", "x"));

        named.expectMessage("user/ann", "x");
        broker.awaitDisconnected("nameless");
        assertThat(broker.events().of(Subscribed.class))
                .extracting(Subscribed::topicFilter)
                .containsExactly("user/ann");
    }

    @Test
    void aNameThatBeginsWithDollarMakesNoOtherFilterOfIt() {
        TestBroker broker = with(
                rule("*", "${clientid}/#"),
                rule("*", "$share/g/${clientid}/#"),
                rule("*", "${clientid}/${username}/secret"),
                rule("*", "to/${clientid}"));
        TestClient figures = broker.connected(V5, "$SYS");
        TestClient sharing = broker.connected(
                new Connect(V5, false, true, 0, Properties.NONE, "$share", null, "h", TestClient.bytes("")));

        broker.publish(Message.of("$SYS/broker/version", "x"));
        broker.publish(Message.of("secret", "x"));
        broker.publish(Message.of("to/$SYS", "its own"));
        broker.publish(Message.of("to/$share", "its own"));

        figures.expectMessage("to/$SYS", "its own");
        figures.expectNothing();
        sharing.expectMessage("to/$share", "its own");
        sharing.expectNothing();
    }

    @Test
    void isToldAsAnEventAfterTheConnection() {
        TestBroker broker = with(rule("*", "a"));

        broker.connected(V5, "client");

        Subscribed event = broker.events().await(Subscribed.class);
        assertThat(event.client().clientId()).isEqualTo("client");
        assertThat(event.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(broker.events().of(BrokerEvent.class))
                .filteredOn(each -> each instanceof ClientConnected || each instanceof Subscribed)
                .extracting(Object::getClass)
                .containsExactly(ClientConnected.class, Subscribed.class);
    }

    @Test
    void isNotGivenAgainToASessionThatHasEndedIt() {
        TestBroker broker = with(rule("*", "a"));
        TestClient client = broker.client(V3);
        client.connect("client", false);
        assertThat(client.unsubscribe("a")).isNotNull();
        assertThat(broker.events().await(Unsubscribed.class).topicFilter()).isEqualTo("a");
        client.disconnect();

        TestClient back = broker.client(V3);
        back.connect("client", false);
        broker.publish(Message.of("a", "1"));
        back.expectNothing();
        back.disconnect();

        TestClient anew = broker.connected(V3, "client");
        broker.publish(Message.of("a", "2"));
        anew.expectMessage("a", "2");
    }

    @Test
    void staysWithASessionThatGoesOn() {
        TestBroker broker = with(rule("*", "a"));
        TestClient client = broker.client(V3);
        client.connect("client", false);
        client.disconnect();
        broker.publish(
                Message.builder("a").payload("away").qos(QoS.AT_LEAST_ONCE).build());

        TestClient back = broker.client(V3);
        back.connect("client", false);
        back.expectMessage("a", "away");
        back.expectNothing();
        back.disconnect();

        broker.events().awaitAll(ClientDisconnected.class, each -> true, 2);
        assertThat(broker.events().of(Subscribed.class)).hasSize(1);
    }

    @Test
    void queuesOnlyWhenTheRuleSaysSo() {
        TestBroker broker =
                with(AutomaticSubscription.of("*", new SubscriptionRequest("a", QoS.AT_LEAST_ONCE).withoutQueue()));
        TestClient client = broker.client(V3);
        client.connect("client", false);
        client.disconnect();

        broker.publish(
                Message.builder("a").payload("away").qos(QoS.AT_LEAST_ONCE).build());

        TestClient back = broker.client(V3);
        back.connect("client", false);
        back.expectNothing();
    }

    /** Denies every subscription, and can be told to say so. */
    private static final class DeniesAll implements Authorizer {
        private volatile Runnable changed = () -> {};

        @Override
        public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
            return CompletableFuture.completedFuture(
                    action instanceof Action.Subscribe ? Authorization.denied() : Authorization.allowed());
        }

        @Override
        public Registration onChange(Runnable whenChanged) {
            changed = whenChanged;
            return Registration.NONE;
        }
    }

    private static UnaryOperator<io.maxmq.MaxMQBuilder> denying(DeniesAll authorizer) {
        return builder -> builder.authorizer(authorizer)
                .automaticSubscription(rule("*", "a").withoutAuthorization());
    }

    @Test
    void noAuthorizerTakesItAwayWhenTheRuleSaysSo() {
        DeniesAll authorizer = new DeniesAll();
        TestBroker asking = TestBroker.start(denying(authorizer));
        broker = asking;
        TestClient client = asking.client(V3);
        client.connect("client", false);

        authorizer.changed.run();
        client.ping();
        asking.publish(Message.of("a", "1"));
        client.expectMessage("a", "1");
        client.disconnect();
        TestClient back = asking.client(V3);
        back.connect("client", false);
        asking.publish(Message.of("a", "2"));

        back.expectMessage("a", "2");
    }

    @Test
    void clientWithoutTheRightGoesWithout() {
        TestBroker asking = TestBroker.start(builder -> builder.authorizer(Acl.of(
                        AclRule.parse("allow subscribe client=dev-1 topic=to/+"),
                        AclRule.parse("allow subscribe topic=g/#")))
                .automaticSubscription(rule("*", "to/${clientid}"))
                .automaticSubscription(rule("*", "#"))
                .automaticSubscription(rule("*", "$share/n/g/x")));
        broker = asking;
        TestClient device = asking.connected(V5, "dev-1");
        TestClient other = asking.connected(V5, "other");
        other.disconnect();

        asking.publish(Message.of("to/other", "x"));
        asking.publish(Message.of("to/dev-1", "x"));

        device.expectMessage("to/dev-1", "x");
        asking.awaitDisconnected("other");
        assertThat(asking.events().of(Subscribed.class))
                .extracting(each -> each.client().clientId() + " " + each.topicFilter())
                .containsExactlyInAnyOrder("dev-1 to/dev-1", "dev-1 $share/n/g/x", "other $share/n/g/x");
    }

    @Test
    void endsWhenTheRulesChange() {
        Acl acl = Acl.of(AclRule.parse("allow all topic=#"));
        TestBroker asking = TestBroker.start(builder ->
                builder.authorizer(acl).automaticSubscription(rule("*", "a")).automaticSubscription(rule("*", "b")));
        broker = asking;
        TestClient client = asking.client(V3);
        client.connect("client", false);

        acl.replace(List.of(AclRule.parse("allow all topic=b")));
        assertThat(asking.events().await(Unsubscribed.class).topicFilter()).isEqualTo("a");
        client.disconnect();
        acl.replace(List.of(AclRule.parse("allow all topic=c")));
        TestClient back = asking.client(V3);
        back.connect("client", false);

        asking.events().await(Unsubscribed.class, each -> each.topicFilter().equals("b"));
    }

    @Test
    @Timeout(60)
    void packetsWaitForTheAuthorizerAndAFailureEndsTheConnection() throws InterruptedException {
        BlockingQueue<CompletableFuture<Authorization>> answers = new LinkedBlockingQueue<>();
        Authorizer slow = (client, action) -> {
            CompletableFuture<Authorization> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        };
        TestBroker asking = TestBroker.start(builder -> builder.authorizer(slow).automaticSubscription(rule("*", "a")));
        broker = asking;
        TestClient client = asking.client(V5);
        Connect lasting = new Connect(
                V5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 100L)
                        .build(),
                "client",
                null,
                null,
                null);
        client.connect(lasting);
        client.send(PingReq.INSTANCE);
        answers.take().completeExceptionally(new IllegalStateException("no answer"));
        client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        asking.awaitDisconnected("client");

        TestClient back = asking.client(V5);
        back.connect(lasting);
        answers.take().complete(Authorization.allowed());
        back.ping();
        asking.publish(Message.of("a", "x"));

        back.expectMessage("a", "x");
    }

    @Test
    void isTheClientsOnceItHasSubscribed() {
        boolean[] denies = {false};
        Authorizer authorizer = (client, action) -> CompletableFuture.completedFuture(
                action instanceof Action.Subscribe && denies[0] ? Authorization.deniedOnce() : Authorization.allowed());
        TestBroker asking =
                TestBroker.start(builder -> builder.authorizer(authorizer).automaticSubscription(rule("*", "a")));
        broker = asking;
        TestClient client = asking.client(V3);
        client.connect("client", false);
        client.subscribe("a", QoS.AT_MOST_ONCE);
        client.disconnect();
        denies[0] = true;

        TestClient back = asking.client(V3);
        back.connect("client", false);
        asking.publish(Message.of("a", "x"));

        back.expectNothing();
    }

    @Test
    void staysWithinTheLimitOfSubscriptions() {
        TestBroker small = TestBroker.start(builder -> builder.sessions(
                        SessionLimits.builder().maxSubscriptions(1).build())
                .automaticSubscription(rule("*", "a"))
                .automaticSubscription(rule("*", "b")));
        broker = small;
        TestClient client = small.connected(V5, "client");

        small.publish(Message.of("b", "no"));
        small.publish(Message.of("a", "yes"));

        client.expectMessage("a", "yes");
        client.expectNothing();
    }

    @Test
    void sharesTheWorkWhenTheRuleIsShared() {
        TestBroker broker = with(rule("worker-*", "$share/g/jobs"));
        TestClient one = broker.connected(V5, "worker-1");
        TestClient two = broker.connected(V5, "worker-2");

        broker.publish(Message.of("jobs", "x"));
        broker.publish(Message.of("jobs", "x"));

        one.expectMessage("jobs", "x");
        two.expectMessage("jobs", "x");
        assertThat(one.unsubscribe("$share/g/jobs").reasons()).containsExactly(ReasonCode.SUCCESS);
    }
}
