package io.maxmq.core.hostile;

import io.maxmq.MaxMQBuilder;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
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
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Capabilities;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.admin.SubscriptionQuery;
import io.maxmq.spi.admin.SubscriptionView;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.Unsubscribed;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.bytes;
import static io.maxmq.TestClient.message;
import static org.assertj.core.api.Assertions.assertThat;

/** Attempts to get what others have, or what one had: sessions, topics and messages. Each is named after its kind of attack. */
class RightsAttackTest {
    private TestBroker broker;

    @AfterEach
    void close() {
        broker.close();
    }

    /** Who names a user is that user. */
    private void start(UnaryOperator<MaxMQBuilder> settings) {
        broker = TestBroker.closed(builder -> settings.apply(
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()))));
    }

    private Acl start(String... rules) {
        Acl acl = Acl.of(parsed(rules));
        start(builder -> builder.authorizer(acl));
        return acl;
    }

    private static List<AclRule> parsed(String... rules) {
        return List.of(rules).stream().map(AclRule::parse).toList();
    }

    private static Connect connect(
            ProtocolVersion version,
            boolean cleanStart,
            String clientId,
            @Nullable String user,
            @Nullable ConnectWill will) {
        Properties properties = version == ProtocolVersion.MQTT_5
                ? Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1000L)
                        .build()
                : Properties.NONE;
        return new Connect(version, false, cleanStart, 0, properties, clientId, will, user, null);
    }

    private TestClient connected(String clientId, @Nullable String user, boolean cleanStart) {
        return broker.connected(connect(ProtocolVersion.MQTT_5, cleanStart, clientId, user, null));
    }

    /** What SUBACK says of a filter. */
    private static ReasonCode ask(TestClient client, String filter) {
        return client.send(new Subscribe(
                        client.nextPacketId(),
                        Properties.NONE,
                        List.of(RequestedSubscription.of(filter, QoS.AT_LEAST_ONCE))))
                .expect(SubAck.class)
                .reasons()
                .get(0);
    }

    private void refusedAsNotTheOwner(ProtocolVersion version, boolean cleanStart, @Nullable String user) {
        TestClient thief = broker.client(version);
        ConnAck answer =
                thief.send(connect(version, cleanStart, "owned", user, null)).expect(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID); // before 5.0: return code 2
        assertThat(answer.sessionPresent()).isFalse();
        thief.expectEnd();
    }

    // ---- A14: client id hijack, takeover storm

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void a14AnotherUserNeitherTakesASessionNorDisturbsItsOwner(ProtocolVersion version) {
        start(builder -> builder);
        TestClient owner = connected("owned", "alice", true);
        owner.subscribe("a", QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 50; i++) {
            refusedAsNotTheOwner(version, i % 2 == 0, "mallory");
            refusedAsNotTheOwner(version, i % 2 == 0, "Alice");
            refusedAsNotTheOwner(version, i % 2 == 0, null);
        }
        broker.publish(Message.of("a", "x"));

        owner.expectMessage("a", "x");
        owner.ping();
        assertThat(broker.events().of(ClientDisconnected.class)).isEmpty();
    }

    @Test
    void a14ASessionWhoseOwnerIsAwayIsStillTheOwners() {
        MemoryStorage storage = MemoryStorage.create();
        start(builder -> builder.storage(storage.store()));
        TestClient owner = connected("owned", "alice", true);
        owner.subscribe("a", QoS.AT_LEAST_ONCE);
        connected("owned by nobody", null, true).disconnect();
        owner.close();
        broker.awaitDisconnected("owned");
        refusedAsNotTheOwner(ProtocolVersion.MQTT_3_1_1, false, "mallory");
        refusedAsNotTheOwner(ProtocolVersion.MQTT_5, true, null);
        broker.publish(Message.builder("a").payload("x").qos(QoS.AT_LEAST_ONCE).build());

        broker.close();
        start(builder -> builder.storage(storage.store()));

        refusedAsNotTheOwner(ProtocolVersion.MQTT_3_1_1, true, "mallory");
        refusedAsNotTheOwner(ProtocolVersion.MQTT_5, false, null);
        TestClient other = broker.client(ProtocolVersion.MQTT_5);
        ConnAck answer = other.send(connect(ProtocolVersion.MQTT_5, true, "owned by nobody", "mallory", null))
                .expect(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        assertThat(back.connect(connect(ProtocolVersion.MQTT_5, false, "owned", "alice", null))
                        .sessionPresent())
                .isTrue();
        back.expectMessage("a", "x");
    }

    @Test
    void a14ASessionThatHasEndedIsNobodys() {
        start(builder -> builder);
        broker.connected(new Connect(
                        ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, "owned", null, "alice", null))
                .disconnect();
        broker.awaitDisconnected("owned");

        connected("owned", "mallory", true).ping();
    }

    @Test
    void a14OwnershipCanBeSwitchedOff() {
        start(builder -> builder.configure(config -> config.sessionsBelongToUsers(false)));
        TestClient first = connected("owned", "alice", true);

        connected("owned", "bob", false).ping();

        first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
    }

    // ---- A15: rights that outlive their revocation

    @Test
    void a15WhatIsRetainedIsNotForWhoHasLostTheRight() {
        Acl acl = start("allow all topic=#");
        broker.publish(Message.builder("a/secret").payload("x").retain(true).build());
        broker.publish(Message.builder("a/open").payload("y").retain(true).build());
        TestClient client = connected("client", "u", true);

        acl.replace(parsed("deny receive topic=a/secret", "deny subscribe topic=b/#", "allow all topic=#"));

        client.subscribe("a/#", QoS.AT_LEAST_ONCE);
        client.expectMessage("a/open", "y");
        client.expectNothing();
        assertThat(ask(client, "b/#")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void a15AWillIsNotPublishedForWhoHasLostTheRight() {
        Acl acl = start("allow all topic=#");
        TestClient watcher = connected("watcher", "w", true);
        watcher.subscribe("wills/#", QoS.AT_LEAST_ONCE);
        TestClient client = broker.connected(connect(
                ProtocolVersion.MQTT_5,
                true,
                "client",
                "u",
                new ConnectWill("wills/client", bytes("gone"), QoS.AT_LEAST_ONCE, false, Properties.NONE)));

        acl.replace(parsed("deny publish user=u topic=wills/#", "allow all topic=#"));
        client.close();

        broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED);
        watcher.expectNothing();
        TestClient again = broker.client(ProtocolVersion.MQTT_5);
        ConnAck answer = again.send(connect(
                        ProtocolVersion.MQTT_5,
                        true,
                        "client",
                        "u",
                        new ConnectWill("wills/client", bytes("gone"), QoS.AT_LEAST_ONCE, false, Properties.NONE)))
                .expect(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a15WhatIsQueuedAndSubscribedToIsNotForWhoHasLostTheRight(boolean durable) {
        Acl acl = Acl.of(parsed("allow all topic=#"));
        MemoryStorage storage = MemoryStorage.create();
        start(builder -> (durable ? builder.storage(storage.store()) : builder).authorizer(acl));
        TestClient client = connected("client", "u", true);
        client.subscribe("a/#", QoS.EXACTLY_ONCE);
        client.subscribe("b", QoS.AT_LEAST_ONCE);
        client.close();
        broker.awaitDisconnected("client");
        for (int i = 0; i < 300; i++) {
            broker.publish(Message.builder("a/" + i)
                    .payload("secret")
                    .qos(i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE)
                    .build());
        }
        broker.publish(
                Message.builder("b").payload("open").qos(QoS.AT_LEAST_ONCE).build());

        acl.replace(parsed("deny all topic=a/#", "allow all topic=#"));
        TestClient back = connected("client", "u", false);

        back.expectMessage("b", "open");
        back.expectNothing();
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED, 300);
        assertThat(broker.broker()
                        .subscriptions()
                        .query(SubscriptionQuery.all())
                        .toCompletableFuture()
                        .join()
                        .items())
                .extracting(SubscriptionView::topicFilter)
                .containsExactly("b");
    }

    @Test
    void a15ARestartDoesNotBringBackWhatWasRevoked() {
        Acl acl = Acl.of(parsed("allow all topic=#"));
        MemoryStorage storage = MemoryStorage.create();
        start(builder -> builder.storage(storage.store()).authorizer(acl));
        TestClient client = connected("client", "u", true);
        client.subscribe("a/#", QoS.AT_LEAST_ONCE);
        client.subscribe("b", QoS.AT_LEAST_ONCE);
        client.close();
        broker.awaitDisconnected("client");
        for (String topic : List.of("b", "a/1", "a/2")) {
            broker.publish(
                    Message.builder(topic).payload("x").qos(QoS.AT_LEAST_ONCE).build());
        }
        acl.replace(parsed("deny all topic=a/#", "allow all topic=#"));
        TestClient slow = broker.client(ProtocolVersion.MQTT_5);
        slow.send(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1000L)
                        .set(PropertyId.RECEIVE_MAXIMUM, 1)
                        .build(),
                "client",
                null,
                "u",
                null));
        assertThat(slow.expect(ConnAck.class).properties().string(PropertyId.REASON_STRING))
                .contains("a/#");
        assertThat(slow.expect(Publish.class).topic()).isEqualTo("b"); // and what is behind it waits

        broker.broker().close();
        broker.close();
        start(builder -> builder.storage(storage.store()).authorizer(acl));
        TestClient back = connected("client", "u", false);

        back.expectMessage("b", "x");
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED, 2);
        back.expectNothing();
        back.close();
        broker.awaitDisconnected("client");
        broker.broker().close();
        broker.close();
        start(builder -> builder.storage(storage.store()).authorizer(acl));
        assertThat(broker.broker()
                        .subscriptions()
                        .query(SubscriptionQuery.all())
                        .toCompletableFuture()
                        .join()
                        .items())
                .extracting(SubscriptionView::topicFilter)
                .containsExactly("b");
    }

    @Test
    void a15WhatWasPublishedBeforeIsRoutedOnceAndNothingAfter() {
        Acl acl = start("allow all topic=#");
        TestClient watcher = connected("watcher", "w", true);
        watcher.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient client = connected("client", "u", true);
        client.send(message("a", "before", QoS.EXACTLY_ONCE, 5));
        client.expect(PubRec.class);
        watcher.expectMessage("a", "before");
        client.close();
        broker.awaitDisconnected("client");

        acl.replace(parsed("deny publish user=u topic=#", "allow all topic=#"));
        TestClient back = connected("client", "u", false);
        back.send(message("a", "before", QoS.EXACTLY_ONCE, 5));
        assertThat(back.expect(PubRec.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        back.send(new PubRel(5, ReasonCode.SUCCESS, Properties.NONE));
        assertThat(back.expect(PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        back.send(message("a", "after", QoS.EXACTLY_ONCE, 5));

        assertThat(back.expect(PubRec.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        watcher.expectNothing();
    }

    @Test
    void a15WhoIsConnectedLosesTheRightAtOnce() {
        Acl acl = start("allow all topic=#");
        TestClient three = broker.connected(connect(ProtocolVersion.MQTT_3_1_1, true, "three", "u", null));
        three.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient five = connected("five", "u", true);
        five.subscribe("$share/g/a", QoS.AT_LEAST_ONCE);

        acl.replace(parsed("allow publish topic=a"));
        broker.events().awaitAll(Unsubscribed.class, event -> true, 2);
        broker.publish(Message.of("a", "x"));

        five.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        three.expectNothing();
        assertThat(ask(three, "a").isError()).isTrue();
        broker.publish(Message.of("a", "x"));
        three.expectNothing();
    }

    // ---- A16: ways around the rules

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "#",
                "+",
                "+/#",
                "secret/#",
                "$share/g/secret",
                "$share/g/#",
                "$share/g/+",
                "$share/secret/+/#",
                "$exclusive/secret",
                "$exclusive/#",
                "$share/g/$share/g/#",
                "$queue/secret"
            })
    void a16NoFilterReachesWhatIsDenied(String filter) {
        start(builder -> builder.authorizer(Acl.of(parsed("deny subscribe topic=secret", "allow all topic=#")))
                .capabilities(Capabilities.builder()
                        .exclusiveSubscriptionsAvailable(true)
                        .build()));
        TestClient client = connected("client", "u", true);

        ReasonCode answer = ask(client, filter);
        broker.publish(Message.of("secret", "x"));

        assertThat(answer.isError()).isTrue();
        client.expectNothing();
    }

    @Test
    void a16TopicsAreComparedAsTheyAre() {
        start("allow publish topic=open/+", "allow subscribe topic=#");
        TestClient watcher = connected("watcher", "w", true);
        watcher.subscribe("#", QoS.AT_LEAST_ONCE);
        TestClient client = connected("client", "u", true);

        for (String topic : List.of("Open/a", "open//a", "/open/a", "open/a/", "open", "open/a/b", " open/a")) {
            assertThat(client.publish(topic, "x", QoS.AT_LEAST_ONCE)).as(topic).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(client.publish("open/", "y", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        watcher.expectMessage("open/", "y");
        watcher.expectNothing();
    }

    @Test
    void a16ATopicAliasIsNoOtherTopic() {
        start("allow publish topic=open", "allow subscribe topic=#");
        TestClient watcher = connected("watcher", "w", true);
        watcher.subscribe("#", QoS.AT_LEAST_ONCE);
        TestClient client = connected("client", "u", true);

        client.send(aliased("secret", 1, 1), aliased("", 1, 2), aliased("open", 1, 3), aliased("", 1, 4));

        assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        watcher.expectMessage("open", "x");
        watcher.expectMessage("open", "x");
        watcher.expectNothing();
    }

    private static Publish aliased(String topic, int alias, int packetId) {
        return new Publish(
                false,
                QoS.AT_LEAST_ONCE,
                false,
                topic,
                packetId,
                Properties.builder().set(PropertyId.TOPIC_ALIAS, alias).build(),
                bytes("x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "other", "+/#", "other/", "${clientid}", "$SYS", "x/../other", "."})
    void a16NamesThatClientsChooseDoNotWidenARule(String name) {
        start(
                "allow all topic=clients/${clientid}/#",
                "allow all topic=users/${username}",
                "allow subscribe topic=${clientid}/#");
        TestClient client = connected(name, name, true);

        for (String filter : List.of("clients/other/#", "clients/+/#", "clients/#", "users/+", "$SYS/#", "#")) {
            boolean isOwn = filter.equals("clients/" + name + "/#") && !name.equals("+");
            assertThat(ask(client, filter).isError()).as(filter).isEqualTo(!isOwn);
        }
        assertThat(client.publish("users/victim", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    // ---- A17: $SYS and $CONTROL

    @Test
    void a17DollarTopicsAreClosedWhateverTheRulesSay() {
        start("allow all topic=# topic=$SYS/# topic=$CONTROL/#");
        TestClient client = connected("client", "u", true);
        client.subscribe("$CONTROL/#", QoS.AT_LEAST_ONCE);

        for (String topic : List.of("$SYS/broker/version", "$CONTROL/dynamic-security/v1", "$delayed/0/$CONTROL/x")) {
            assertThat(client.publish(topic, "x", QoS.AT_LEAST_ONCE).isError())
                    .as(topic)
                    .isTrue();
            TestClient dying = broker.client(ProtocolVersion.MQTT_5);
            ConnectWill will = new ConnectWill(topic, bytes("x"), QoS.AT_LEAST_ONCE, true, Properties.NONE);
            ConnAck answer = dying.send(connect(ProtocolVersion.MQTT_5, true, "dying", "u", will))
                    .expect(ConnAck.class);
            assertThat(answer.reason().isError()).as(topic).isTrue();
        }
        client.expectNothing();
    }

    @Test
    void a17SysIsReadByARuleOfItsOwnOnly() {
        start("allow all topic=# topic=+/#", "allow subscribe user=operator topic=$SYS/#");
        TestClient client = connected("client", "u", true);
        TestClient operator = connected("operator", "operator", true);

        for (String filter : List.of("$SYS/#", "$SYS/broker/+", "$share/g/$SYS/#", "$SYS")) {
            assertThat(ask(client, filter)).as(filter).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        client.subscribe("#", QoS.AT_MOST_ONCE);
        client.expectNothing();
        assertThat(ask(operator, "$SYS/broker/#")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }
}
