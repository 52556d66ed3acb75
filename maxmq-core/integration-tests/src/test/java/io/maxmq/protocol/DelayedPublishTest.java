package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.config.DelayedLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code $delayed/SECONDS/TOPIC}. */
class DelayedPublishTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final Duration MINUTE = Duration.ofSeconds(60);

    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private static TestBroker limited(UnaryOperator<DelayedLimits.Builder> limits) {
        return TestBroker.start(
                builder -> builder.delayed(limits.apply(DelayedLimits.builder()).build()));
    }

    private TestClient subscriber(String filter) {
        TestClient subscriber = broker.connected(V5, "subscriber");
        subscriber.subscribe(filter, QoS.EXACTLY_ONCE);
        return subscriber;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void comesWhenItsTimeHasCome(ProtocolVersion version) {
        TestClient subscriber = subscriber("a/b");
        TestClient publisher = broker.connected(version, "publisher");
        for (QoS qos : QoS.values()) {
            assertThat(publisher.publish("$delayed/60/a/b", qos.name(), qos)).isEqualTo(ReasonCode.SUCCESS);
        }
        publisher.ping();

        broker.clock().advanceToJustBefore(MINUTE);
        subscriber.expectNothing();
        broker.clock().advance(Duration.ofMillis(1));

        for (QoS qos : QoS.values()) {
            assertThat(subscriber.expectMessage("a/b", qos.name()).qos()).isEqualTo(qos);
        }
    }

    @Test
    void keepsTheOrderOfWhatIsDueTogether() {
        TestClient subscriber = subscriber("a");
        TestClient publisher = broker.connected(V5, "publisher");
        publisher.publish("$delayed/1/b", "frees a place", QoS.AT_LEAST_ONCE);
        for (int i = 0; i < 50; i++) {
            publisher.publish("$delayed/60/a", "" + i, QoS.AT_LEAST_ONCE);
        }
        broker.clock().advance(Duration.ofSeconds(1));
        for (int i = 50; i < 100; i++) {
            publisher.publish("$delayed/59/a", "" + i, QoS.AT_LEAST_ONCE);
        }
        publisher.publish("$delayed/30/a", "first", QoS.AT_LEAST_ONCE);

        broker.clock().advance(MINUTE);

        subscriber.expectMessage("a", "first");
        for (int i = 0; i < 100; i++) {
            subscriber.expectMessage("a", "" + i);
        }
    }

    @Test
    void needsNeitherASubscriberNorItsPublisherMeanwhile() {
        TestClient publisher = broker.connected(V5, "publisher");
        publisher.publish("$delayed/60/a", "later", QoS.AT_LEAST_ONCE);
        publisher.disconnect();
        TestClient subscriber = subscriber("#");

        broker.clock().advance(MINUTE);

        subscriber.expectMessage("a", "later");
    }

    @Test
    void isAcknowledgedOnceAndRoutedOnceAtQos2() {
        TestClient subscriber = subscriber("a");
        TestClient publisher = broker.connected(V5, "publisher");
        Publish publish = TestClient.message("$delayed/60/a", "once", QoS.EXACTLY_ONCE, 7);

        publisher.send(publish).expect(PubRec.class);
        publisher
                .send(new Publish(
                        true, QoS.EXACTLY_ONCE, false, publish.topic(), 7, Properties.NONE, publish.payload()))
                .expect(PubRec.class);
        publisher.send(PubRel.of(7)).expect(PubComp.class);

        broker.clock().advance(MINUTE);
        subscriber.expectMessage("a", "once");
        broker.clock().advance(MINUTE);
        subscriber.expectNothing();
    }

    @Test
    void keepsItsPropertiesAndIsRetainedWhenItIsPublished() {
        TestClient publisher = broker.connected(V5, "publisher");
        Properties properties = Properties.builder()
                .set(PropertyId.CONTENT_TYPE, "text/plain")
                .userProperty("k", "v")
                .build();
        publisher
                .send(new Publish(
                        false, QoS.AT_LEAST_ONCE, true, "$delayed/60/a", 1, properties, TestClient.bytes("kept")))
                .expect(PubAck.class);
        assertThat(broker.broker().retained().count()).isZero();

        broker.clock().advance(MINUTE);

        Publish received = subscriber("a").expectMessage("a", "kept");
        assertThat(received.retain()).isTrue();
        assertThat(received.properties().string(PropertyId.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(received.properties().userProperties()).hasSize(1);
    }

    @Test
    void expiresByATimeThatCountsFromWhenItIsPublished() {
        TestClient subscriber = broker.client(V5);
        subscriber.connect(new Connect(
                V5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 3600L)
                        .build(),
                "subscriber",
                null,
                null,
                null));
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient publisher = broker.connected(V5, "publisher");
        publisher
                .send(new Publish(
                        false,
                        QoS.AT_LEAST_ONCE,
                        false,
                        "$delayed/60/a",
                        1,
                        Properties.builder()
                                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 30L)
                                .build(),
                        TestClient.bytes("x")))
                .expect(PubAck.class);

        broker.clock().advance(MINUTE);

        Publish received = subscriber.expectMessage("a", "x");
        assertThat(received.properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0))
                .isBetween(29L, 30L);
    }

    @Test
    void noLocalHoldsForIt() {
        TestClient client = broker.connected(V5, "client");
        client.subscribe(
                Properties.NONE,
                new RequestedSubscription("a", QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE));
        client.publish("$delayed/60/a", "mine", QoS.AT_LEAST_ONCE);

        broker.clock().advance(MINUTE);

        client.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$delayed/0/a",
                "$delayed/-1/a",
                "$delayed/1.5/a",
                "$delayed/x/a",
                "$delayed//a",
                "$delayed/60",
                "$delayed/60/",
                "$delayed/",
                "$delayed/42949671/a",
                "$delayed/99999999999999999999/a"
            })
    void refusesWhatItCannotDo(String topic) {
        TestClient client = broker.connected(V5, "client");
        assertThat(client.publish(topic, "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(client.publish(topic, "x", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        client.publish(topic, "x", QoS.AT_MOST_ONCE);
        TestClient old = broker.connected(ProtocolVersion.MQTT_3_1_1, "old");
        old.publish(topic, "x", QoS.AT_LEAST_ONCE);
        assertThat(broker.events()
                        .awaitAll(
                                MessageDropped.class,
                                each -> each.reason() == DropReason.INVALID_TOPIC
                                        && each.topic().equals(topic),
                                4))
                .hasSize(4);
        assertThat(broker.client(V5)
                        .send(withWill("willing", topic))
                        .expect(ConnAck.class)
                        .reason())
                .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
    }

    @Test
    void takesTheLongestDelay() {
        try (TestBroker patient = limited(limits -> limits.maxDelay(Duration.ofSeconds(120)))) {
            TestClient client = patient.connected(V5, "client");
            assertThat(client.publish("$delayed/120/a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(client.publish("$delayed/121/a", "x", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        }
        assertThat(broker.connected(V5, "client").publish("$delayed/42949670/a", "x", QoS.AT_LEAST_ONCE))
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void isAuthorizedForItsTopicWhenThePublishComesAndAgainWhenItIsDue() {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        Authorizer authorizer = (client, action) -> {
            if (action instanceof Action.Publish publish) {
                asked.add(publish.topic());
                return CompletableFuture.completedFuture(
                        publish.topic().equals("secret") ? Authorization.denied() : Authorization.allowed());
            }
            return CompletableFuture.completedFuture(Authorization.allowed());
        };
        try (TestBroker asking = TestBroker.start(builder -> builder.authorizer(authorizer))) {
            TestClient client = asking.connected(V5, "client");

            assertThat(client.publish("$delayed/60/secret", "x", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.publish("$delayed/60/open", "x", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.SUCCESS);
            TestClient subscriber = asking.connected(V5, "subscriber");
            subscriber.subscribe("open", QoS.AT_MOST_ONCE);
            asking.clock().advance(MINUTE);
            subscriber.expectMessage("open", "x");

            assertThat(asked).containsExactly("secret", "open", "open");
        }
    }

    @Test
    void isDroppedWhenItsOfflineAuthorMayNoLongerPublish() {
        Acl acl = Acl.of(AclRule.parse("allow all topic=#"));
        try (TestBroker asking = TestBroker.closed(builder -> builder.authorizer(acl)
                .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())))) {
            TestClient subscriber = asking.connected(V5, "subscriber");
            subscriber.subscribe("#", QoS.AT_MOST_ONCE);
            delayedBy(asking, "ann", "$delayed/60/a");
            delayedBy(asking, "bob", "$delayed/60/b");
            asking.connected(new Connect(
                            V5,
                            false,
                            true,
                            0,
                            Properties.NONE,
                            "of-a-will",
                            new ConnectWill(
                                    "$delayed/60/c", TestClient.bytes("x"), QoS.AT_LEAST_ONCE, false, Properties.NONE),
                            "ann",
                            null))
                    .close();
            asking.awaitDisconnected("of-a-will");
            acl.replace(List.of(AclRule.parse("deny publish user=ann topic=#"), AclRule.parse("allow all topic=#")));

            asking.clock().advance(MINUTE);

            subscriber.expectMessage("b", "x");
            for (String topic : List.of("a", "c")) {
                asking.events()
                        .await(
                                MessageDropped.class,
                                each -> each.reason() == DropReason.NOT_AUTHORIZED
                                        && each.topic().equals(topic));
            }
            subscriber.ping();
        }
    }

    private static void delayedBy(TestBroker at, String user, String topic) {
        TestClient author = at.connected(new Connect(V5, false, true, 0, Properties.NONE, user, null, user, null));
        assertThat(author.publish(topic, "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        author.disconnect();
        at.awaitDisconnected(user);
    }

    @Test
    void keepsTheOrderOfItsAuthorAndWaitsForAFailedAuthorizer() {
        Queue<CompletableFuture<Authorization>> asked = new ConcurrentLinkedQueue<>();
        AtomicBoolean due = new AtomicBoolean();
        Authorizer authorizer = (client, action) -> {
            CompletableFuture<Authorization> answer = CompletableFuture.completedFuture(Authorization.allowed());
            if (due.get()
                    && action instanceof Action.Publish
                    && client.clientId().equals("author")) {
                answer = new CompletableFuture<>();
                asked.add(answer);
            }
            return answer;
        };
        try (TestBroker asking = TestBroker.start(builder -> builder.authorizer(authorizer))) {
            TestClient subscriber = asking.connected(V5, "subscriber");
            subscriber.subscribe("#", QoS.AT_LEAST_ONCE);
            TestClient author = asking.connected(V5, "author");
            author.publish("$delayed/60/a", "first", QoS.AT_LEAST_ONCE);
            author.publish("$delayed/60/b", "second", QoS.AT_LEAST_ONCE);
            asking.connected(V5, "other").publish("$delayed/60/c", "of another", QoS.AT_LEAST_ONCE);
            due.set(true);

            asking.clock().advance(MINUTE);
            subscriber.expectMessage("c", "of another");
            subscriber.expectNothing();
            assertThat(asked).hasSize(1);
            asked.remove().completeExceptionally(new IllegalStateException("no answer"));
            asking.events().await(PluginFailed.class);
            subscriber.ping();
            due.set(false);
            asking.clock().advance(Duration.ofSeconds(10));

            subscriber.expectMessage("a", "first");
            subscriber.expectMessage("b", "second");
        }
    }

    @Test
    void waitsForAnAuthorizerThatTakesItsTime() {
        CompletableFuture<Authorization> answer = new CompletableFuture<>();
        Authorizer slow = (client, action) ->
                action instanceof Action.Publish ? answer : CompletableFuture.completedFuture(Authorization.allowed());
        try (TestBroker asking = TestBroker.start(builder -> builder.authorizer(slow))) {
            TestClient client = asking.connected(V5, "client");
            client.subscribe("a", QoS.AT_MOST_ONCE);
            client.send(TestClient.message("$delayed/60/a", "later", QoS.AT_LEAST_ONCE, 1));
            answer.complete(Authorization.allowed());
            assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);

            client.expectNothing();
            asking.clock().advance(MINUTE);

            client.expectMessage("a", "later");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"$delayed/60/$SYS/broker/uptime", "$delayed/60/$delayed/60/a", "$delayed/60/$app/a"})
    void opensNoOtherClosedTopic(String topic) {
        assertThat(broker.connected(V5, "client").publish(topic, "x", QoS.AT_LEAST_ONCE))
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void isBoundedPerClient() {
        try (TestBroker few = limited(limits -> limits.maxMessagesPerClient(1))) {
            TestClient greedy = few.connected(V5, "greedy");
            greedy.publish("$delayed/60/a", "1", QoS.AT_LEAST_ONCE);

            assertThat(greedy.publish("$delayed/60/a", "2", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            few.events().await(MessageDropped.class, each -> each.reason() == DropReason.DELAYED_LIMIT);
            assertThat(few.connected(V5, "other").publish("$delayed/60/a", "3", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.SUCCESS);
            few.clock().advance(MINUTE);
            assertThat(greedy.publish("$delayed/60/a", "4", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void isBoundedForAll() {
        try (TestBroker few = limited(limits -> limits.maxMessages(1))) {
            few.connected(V5, "a").publish("$delayed/60/a", "1", QoS.AT_LEAST_ONCE);
            TestClient other = few.connected(V5, "b");

            assertThat(other.publish("$delayed/60/a", "2", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            few.clock().advance(MINUTE);
            assertThat(other.publish("$delayed/60/a", "3", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void isBoundedInBytes() {
        try (TestBroker small = limited(limits -> limits.maxBytes(2000))) {
            TestClient client = small.connected(V5, "client");

            assertThat(client.publish("$delayed/60/a", "x".repeat(2000), QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(client.publish("$delayed/60/a", "x".repeat(1000), QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.SUCCESS);
        }
    }

    private static Connect withWill(String clientId, String topic) {
        return new Connect(
                V5,
                false,
                true,
                0,
                Properties.NONE,
                clientId,
                new ConnectWill(topic, TestClient.bytes("dead"), QoS.AT_LEAST_ONCE, false, Properties.NONE),
                null,
                null);
    }

    @Test
    void isForWillsToo() {
        TestClient subscriber = subscriber("a");
        broker.connected(withWill("dying", "$delayed/60/a")).close();
        broker.awaitDisconnected("dying");

        subscriber.expectNothing();
        broker.clock().advance(MINUTE);

        subscriber.expectMessage("a", "dead");
    }

    @Test
    void isDroppedWhenTheBrokerCloses() {
        TestBroker closing = TestBroker.start();
        closing.connected(V5, "client").publish("$delayed/60/a", "12345", QoS.AT_LEAST_ONCE);

        closing.close();

        MessageDropped dropped =
                closing.events().await(MessageDropped.class, each -> each.reason() == DropReason.SHUTTING_DOWN);
        assertThat(dropped.count()).isEqualTo(1);
        assertThat(dropped.bytes()).isEqualTo(5);
    }

    @Test
    void canBeSwitchedOff() {
        try (TestBroker without = limited(limits -> limits.maxDelay(Duration.ZERO))) {
            assertThat(without.connected(V5, "client").publish("$delayed/60/a", "x", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }
}
