package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.event.BrokerEvent.Unsubscribed;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Authenticators and authorizers from a client's side: what it is told, in which order, and that failure denies. */
class AccessControlTest {
    private TestBroker broker;

    @AfterEach
    void close() {
        broker.close();
    }

    private static Connect connect(ProtocolVersion version, String clientId, @Nullable String user, String password) {
        ByteBuffer secret = user == null ? null : TestClient.bytes(password);
        return new Connect(version, false, true, 0, Properties.NONE, clientId, null, user, secret);
    }

    private ConnAck answer(Connect connect) {
        return broker.client(connect.version()).send(connect).expect(ConnAck.class);
    }

    // ---- authenticators

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aPasswordDecides(ProtocolVersion version) {
        broker = TestBroker.closed(builder -> builder.authenticator(Authenticator.blocking(
                "passwords",
                request -> request.password()
                                .filter(password ->
                                        new String(password, java.nio.charset.StandardCharsets.UTF_8).equals("right"))
                                .isPresent()
                        ? AuthenticationResult.allowed()
                        : AuthenticationResult.denied())));

        assertThat(answer(connect(version, "a", "user", "right")).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(connect(version, "b", "user", "wrong")).reason())
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(connect(version, "c", null, "")).reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }

    @Test
    void aRefusalIsToldWithItsReason() {
        broker = TestBroker.closed(builder -> builder.authenticator(request ->
                CompletableFuture.completedFuture(AuthenticationResult.denied(ReasonCode.BANNED, "go away"))));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        ConnAck answer =
                client.send(connect(ProtocolVersion.MQTT_5, "client", null, "")).expect(ConnAck.class);

        assertThat(answer.reason()).isEqualTo(ReasonCode.BANNED);
        assertThat(answer.properties().string(PropertyId.REASON_STRING)).isEqualTo("go away");
        client.expectEnd();
    }

    @Test
    void anAuthenticatorMayRenameTheClient() {
        broker = TestBroker.closed(builder -> builder.authenticator(request -> CompletableFuture.completedFuture(
                AuthenticationResult.allowed().withClientId("renamed").withTenant(new Tenant("blue")))));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        ConnAck answer = client.connect("original", true);

        assertThat(answer.properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER))
                .isEqualTo("renamed");
    }

    @Test
    void tenantsShareNeitherTopicsNorClientIds() {
        broker = TestBroker.closed(builder ->
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()
                        .withTenant(new Tenant(request.client().username().orElse("none"))))));
        TestClient blue = broker.connected(connect(ProtocolVersion.MQTT_5, "same", "blue", ""));
        TestClient red = broker.connected(connect(ProtocolVersion.MQTT_5, "same", "red", ""));
        blue.subscribe("#", QoS.AT_LEAST_ONCE);
        red.subscribe("#", QoS.AT_LEAST_ONCE);

        blue.publish("a", "blue", QoS.AT_MOST_ONCE, true);

        blue.expectMessage("a", "blue");
        red.expectNothing();
        red.subscribe("a", QoS.AT_LEAST_ONCE);
        red.expectNothing();
    }

    @Test
    void anAuthenticatorThatFailsDenies() {
        for (Authenticator broken : List.<Authenticator>of(
                request -> {
                    throw new IllegalStateException("broken");
                },
                request -> CompletableFuture.failedFuture(new IllegalStateException("broken")),
                request -> null,
                request -> CompletableFuture.completedFuture(null))) {
            try (TestBroker closed = TestBroker.start(builder -> builder.authenticator(broken))) {
                broker = closed;
                TestClient client = closed.client(ProtocolVersion.MQTT_5);
                client.send(connect(ProtocolVersion.MQTT_5, "client", "user", ""));

                assertThat(client.expect(ConnAck.class).reason().isError()).isTrue();

                client.expectEnd();
                closed.events().await(PluginFailed.class);
            }
        }
    }

    @Test
    void anAuthenticatorThatDoesNotAnswerDenies() {
        broker = TestBroker.closed(builder -> builder.authenticator(request -> new CompletableFuture<>()));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.send(connect(ProtocolVersion.MQTT_5, "client", "user", ""));
        // The question has been asked once the broker answers somebody else.
        ping();

        broker.clock().advance(Duration.ofSeconds(5));

        assertThat(client.expect(ConnAck.class).reason().isError()).isTrue();
        client.expectEnd();
        assertThat(broker.events().await(PluginFailed.class).failure()).isEqualTo(Failure.TIMEOUT);
    }

    /** Makes sure that the one loop has handled what was sent to it. */
    private void ping() {
        broker.publish(Message.of("ping", ""));
    }

    @Test
    void packetsBehindASlowAuthenticatorWaitForIt() {
        CompletableFuture<AuthenticationResult> decision = new CompletableFuture<>();
        broker = TestBroker.closed(builder -> builder.authenticator(request -> decision));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.send(
                connect(ProtocolVersion.MQTT_5, "client", "user", ""),
                new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("a", QoS.AT_LEAST_ONCE))),
                TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 2));
        ping();

        decision.complete(AuthenticationResult.allowed());

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        client.expect(SubAck.class);
        client.expectMessage("a", "x");
        client.expect(PubAck.class);
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerHarmsNobody() {
        CompletableFuture<AuthenticationResult> decision = new CompletableFuture<>();
        broker = TestBroker.closed(builder ->
                builder.authenticator(request -> request.client().clientId().equals("slow")
                        ? decision
                        : CompletableFuture.completedFuture(AuthenticationResult.allowed())));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.send(connect(ProtocolVersion.MQTT_5, "slow", "user", ""));
        ping();
        client.close();

        decision.complete(AuthenticationResult.allowed());

        broker.connected(connect(ProtocolVersion.MQTT_5, "other", "user", "")).ping();
    }

    // ---- authorizers

    private void authorize(Function<Action, CompletionStage<Authorization>> decision) {
        broker = TestBroker.start(builder -> builder.authorizer((client, action) ->
                client.clientId().equals("observer") ? Authorization.allowed().stage() : decision.apply(action)));
    }

    @Test
    void aDeniedPublishIsToldAndDropped() {
        authorize(action ->
                action instanceof Action.Publish publish && publish.topic().equals("secret")
                        ? Authorization.denied().stage()
                        : Authorization.allowed().stage());
        TestClient observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("#", QoS.AT_LEAST_ONCE);
        TestClient five = broker.connected(ProtocolVersion.MQTT_5, "five");
        TestClient three = broker.connected(ProtocolVersion.MQTT_3_1_1, "three");

        assertThat(five.publish("secret", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(five.publish("secret", "x", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        five.publish("secret", "x", QoS.AT_MOST_ONCE);
        three.publish("secret", "x", QoS.AT_LEAST_ONCE);
        three.publish("secret", "x", QoS.EXACTLY_ONCE);
        three.publish("open", "y", QoS.AT_LEAST_ONCE);

        observer.expectMessage("open", "y");
        observer.expectNothing();
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED, 5);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aDeniedFilterIsToldAndNotSubscribed(ProtocolVersion version) {
        authorize(action -> action instanceof Action.Subscribe subscribe
                        && (subscribe.filter().equals("#") || subscribe.filter().equals("secret"))
                ? Authorization.denied().stage()
                : Authorization.allowed().stage());
        TestClient client = broker.connected(version, "client");

        SubAck answer = client.send(new Subscribe(
                        1,
                        Properties.NONE,
                        List.of(
                                RequestedSubscription.of("#", QoS.AT_LEAST_ONCE),
                                RequestedSubscription.of("open", QoS.AT_LEAST_ONCE),
                                RequestedSubscription.of("$share/g/secret", QoS.AT_MOST_ONCE))))
                .expect(SubAck.class);

        ReasonCode told = switch (version) {
            case MQTT_5 -> ReasonCode.NOT_AUTHORIZED;
            case MQTT_3_1_1 -> ReasonCode.UNSPECIFIED_ERROR;
            case MQTT_3_1 -> ReasonCode.GRANTED_QOS_1;
        };
        assertThat(answer.reasons().get(0)).isEqualTo(told);
        assertThat(answer.reasons().get(1)).isEqualTo(ReasonCode.GRANTED_QOS_1);
        broker.publish(Message.of("secret", "x"));
        broker.publish(Message.of("open", "y"));
        client.expectMessage("open", "y");
        client.expectNothing();
    }

    @Test
    void acknowledgementsKeepTheirOrderWhileAnAnswerIsPending() {
        Map<String, CompletableFuture<Authorization>> pending = new ConcurrentHashMap<>();
        CountDownLatch asked = new CountDownLatch(1);
        authorize(action -> {
            if (action instanceof Action.Publish publish && publish.topic().equals("slow")) {
                asked.countDown();
                return pending.computeIfAbsent("slow", any -> new CompletableFuture<>());
            }
            return Authorization.allowed().stage();
        });
        TestClient observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("#", QoS.AT_LEAST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(
                TestClient.message("fast", "1", QoS.AT_LEAST_ONCE, 1),
                TestClient.message("slow", "2", QoS.AT_LEAST_ONCE, 2),
                TestClient.message("fast", "3", QoS.AT_LEAST_ONCE, 3),
                TestClient.message("fast", "4", QoS.AT_MOST_ONCE, 0));

        await(asked);
        assertThat(client.expect(PubAck.class).packetId()).isEqualTo(1);
        observer.expectMessage("fast", "1");
        observer.expectNothing();
        pending.get("slow").complete(Authorization.allowed());
        assertThat(client.expect(PubAck.class).packetId()).isEqualTo(2);
        assertThat(client.expect(PubAck.class).packetId()).isEqualTo(3);
        observer.expectMessage("slow", "2");
        observer.expectMessage("fast", "3");
        observer.expectMessage("fast", "4");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Asks about each delivery to whoever the answer is not fixed for. */
    private void authorizeReceive(Function<String, CompletionStage<Authorization>> answer) {
        broker = TestBroker.start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                return action instanceof Action.Receive receive
                        ? answer.apply(receive.topic())
                        : Authorization.allowed().stage();
            }

            @Override
            public boolean authorizesReceive() {
                return true;
            }
        }));
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    void whatAClientMayNotReceiveIsDroppedAndCounted(QoS qos) {
        authorizeReceive(topic -> topic.equals("secret")
                ? Authorization.denied().stage()
                : Authorization.allowed().stage());
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("#", qos);

        broker.publish(Message.builder("secret").payload("x").qos(qos).build());
        broker.publish(Message.builder("open").payload("y").qos(qos).build());

        client.expectMessage("open", "y");
        client.expectNothing();
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED, 1);
    }

    @Test
    void deliveriesKeepTheirOrderWhileAReceiveIsPending() {
        CompletableFuture<Authorization> slow = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        authorizeReceive(topic -> {
            if (topic.equals("slow")) {
                asked.countDown();
                return slow;
            }
            return Authorization.allowedOnce().stage();
        });
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("#", QoS.AT_LEAST_ONCE);

        for (String topic : List.of("a", "slow", "a", "slow", "a")) {
            broker.publish(
                    Message.builder(topic).payload("x").qos(QoS.AT_LEAST_ONCE).build());
        }

        client.expectMessage("a", "x");
        await(asked);
        client.expectNothing();
        slow.complete(Authorization.allowed());
        for (String topic : List.of("slow", "a", "slow", "a")) {
            client.expectMessage(topic, "x");
        }
    }

    @Test
    void aRetainedMessageWaitsForItsPermission() {
        CompletableFuture<Authorization> slow = new CompletableFuture<>();
        authorizeReceive(topic -> topic.equals("r/slow")
                ? slow
                : topic.equals("r/secret")
                        ? Authorization.denied().stage()
                        : Authorization.allowed().stage());
        for (String topic : List.of("r/slow", "r/secret", "r/open")) {
            broker.publish(Message.builder(topic).payload("x").retain(true).build());
        }
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.subscribe("r/slow", QoS.AT_MOST_ONCE);
        client.expectNothing();
        slow.complete(Authorization.allowed());
        client.expectMessage("r/slow", "x");
        client.subscribe("r/+", QoS.AT_MOST_ONCE);

        assertThat(List.of(
                        client.expect(Publish.class).topic(),
                        client.expect(Publish.class).topic()))
                .containsExactlyInAnyOrder("r/slow", "r/open");
        client.expectNothing();
    }

    @Test
    void anotherClientIsNotHeldUpByAPendingAnswer() {
        authorize(action ->
                action instanceof Action.Publish publish && publish.topic().equals("slow")
                        ? new CompletableFuture<>()
                        : Authorization.allowed().stage());
        TestClient waiting = broker.connected(ProtocolVersion.MQTT_5, "waiting");
        waiting.send(TestClient.message("slow", "x", QoS.AT_LEAST_ONCE, 1));
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");

        other.publish("fast", "y", QoS.EXACTLY_ONCE);

        broker.clock().advance(Duration.ofSeconds(5));
        assertThat(waiting.expect(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void anAuthorizerThatFailsDenies() {
        for (Function<Action, CompletionStage<Authorization>> broken :
                List.<Function<Action, CompletionStage<Authorization>>>of(
                        action -> {
                            throw new IllegalStateException("broken");
                        },
                        action -> CompletableFuture.failedFuture(new IllegalStateException("broken")),
                        action -> null,
                        action -> Authorization.next().stage())) {
            authorize(broken);
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

            assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);

            client.ping();
            broker.close();
        }
    }

    @Test
    void deliveriesAreAuthorizedWhereAnAuthorizerWantsIt() {
        broker = TestBroker.start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                return action instanceof Action.Receive receive
                                && receive.topic().equals("secret")
                        ? Authorization.denied().stage()
                        : Authorization.allowed().stage();
            }

            @Override
            public boolean authorizesReceive() {
                return true;
            }
        }));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("#", QoS.AT_LEAST_ONCE);

        broker.publish(Message.of("secret", "x"));
        broker.publish(Message.of("open", "y"));

        client.expectMessage("open", "y");
        client.expectNothing();
    }

    @Test
    void aResumedSessionsSubscriptionsAreAuthorizedAgain() {
        AtomicBoolean revoked = new AtomicBoolean();
        authorize(action -> action instanceof Action.Subscribe && revoked.get()
                ? Authorization.deniedOnce().stage()
                : Authorization.allowedOnce().stage());
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect("client", false);
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.disconnect();
        revoked.set(true);

        TestClient back = broker.client(ProtocolVersion.MQTT_3_1_1);
        back.connect("client", false);
        broker.publish(Message.of("a", "no longer"));

        back.expectNothing();
    }

    @Test
    void aChangeOfTheRulesEndsSubscriptionsThatAreNoLongerAllowed() {
        RevocableRights rights = new RevocableRights();
        broker = TestBroker.start(builder -> builder.authorizer(rights));
        TestClient client = broker.connected(ProtocolVersion.MQTT_3_1_1, "client");
        client.subscribe("secret", QoS.AT_LEAST_ONCE);
        client.subscribe("open", QoS.AT_LEAST_ONCE);

        rights.revoke("secret");
        broker.events().await(Unsubscribed.class);
        broker.publish(Message.of("secret", "x"));
        broker.publish(Message.of("open", "y"));

        client.expectMessage("open", "y");
        client.expectNothing();
    }

    @Test
    void aV5ClientIsToldByDisconnectThatItHasLostASubscription() {
        RevocableRights rights = new RevocableRights();
        broker = TestBroker.start(builder -> builder.authorizer(rights));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(withExpiry("client", true));
        client.subscribe("secret", QoS.AT_LEAST_ONCE);
        client.subscribe("open", QoS.AT_LEAST_ONCE);
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");
        other.subscribe("open", QoS.AT_LEAST_ONCE);

        rights.revoke("secret");

        Disconnect told = client.expect(Disconnect.class);
        assertThat(told.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(told.properties().string(PropertyId.REASON_STRING))
                .contains("secret")
                .doesNotContain("open");
        client.expectEnd();
        other.ping();
        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        assertThat(back.connect(withExpiry("client", false)).sessionPresent()).isTrue();
        broker.publish(Message.of("secret", "x"));
        broker.publish(Message.of("open", "y"));
        back.expectMessage("open", "y");
        back.expectNothing();
    }

    @Test
    void aV5ClientMayBeLeftConnectedWithoutAWord() {
        RevocableRights rights = new RevocableRights();
        broker = TestBroker.start(
                builder -> builder.authorizer(rights).configure(config -> config.disconnectRevoked(false)));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("secret", QoS.AT_LEAST_ONCE);
        client.subscribe("open", QoS.AT_LEAST_ONCE);

        rights.revoke("secret");
        broker.events().await(Unsubscribed.class);
        broker.publish(Message.of("secret", "x"));
        broker.publish(Message.of("open", "y"));

        client.expectMessage("open", "y");
        client.expectNothing();
    }

    @Test
    void whatWaitsByARevokedSubscriptionIsNotSentWhenItsSessionIsResumed() {
        RevocableRights rights = new RevocableRights();
        broker = TestBroker.start(builder -> builder.authorizer(rights));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(withExpiry("client", true));
        client.subscribe("a/secret", QoS.AT_LEAST_ONCE);
        client.subscribe("b/#", QoS.AT_LEAST_ONCE);
        client.subscribe("+/both", QoS.AT_LEAST_ONCE);
        client.subscribe("a/both", QoS.AT_LEAST_ONCE);
        client.close();
        broker.awaitDisconnected("client");
        for (String topic : List.of("a/secret", "b/x", "a/both")) {
            broker.publish(
                    Message.builder(topic).payload("x").qos(QoS.AT_LEAST_ONCE).build());
        }
        rights.revoke("a/secret", "a/both");

        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        ConnAck answer = back.connect(withExpiry("client", false));

        assertThat(answer.sessionPresent()).isTrue();
        assertThat(answer.properties().string(PropertyId.REASON_STRING)).contains("a/secret", "a/both");
        back.expectMessage("b/x", "x");
        back.expectMessage("a/both", "x");
        back.expectNothing();
        assertThat(broker.events()
                        .await(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED)
                        .topic())
                .isEqualTo("a/secret");
        broker.publish(
                Message.builder("a/secret").payload("y").qos(QoS.AT_LEAST_ONCE).build());
        back.expectNothing();
    }

    @Test
    void anAnswerByFormerRulesMakesNoSubscription() {
        CompletableFuture<Authorization> before = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<Runnable> changed = new AtomicReference<>();
        AtomicBoolean revoked = new AtomicBoolean();
        broker = TestBroker.start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                if (revoked.get()) {
                    return Authorization.denied().stage();
                }
                asked.countDown();
                return before;
            }

            @Override
            public Registration onChange(Runnable listener) {
                changed.set(listener);
                return Registration.NONE;
            }
        }));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.send(new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("a", QoS.AT_LEAST_ONCE))));
        await(asked);

        revoked.set(true);
        changed.get().run();
        before.complete(Authorization.allowed());

        assertThat(client.expect(SubAck.class).reasons()).containsExactly(ReasonCode.NOT_AUTHORIZED);
        broker.publish(Message.of("a", "x"));
        client.expectNothing();
    }

    @Test
    void anAnswerByFormerRulesEndsNoSubscription() {
        CompletableFuture<Authorization> before = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        AtomicBoolean wavering = new AtomicBoolean();
        AtomicReference<Runnable> changed = new AtomicReference<>();
        broker = TestBroker.start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                if (!wavering.get()) {
                    return Authorization.allowed().stage();
                }
                asked.countDown();
                return before;
            }

            @Override
            public Registration onChange(Runnable listener) {
                changed.set(listener);
                return Registration.NONE;
            }
        }));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        wavering.set(true);
        changed.get().run();
        await(asked);

        wavering.set(false);
        changed.get().run();
        client.ping();
        before.complete(Authorization.denied());

        client.ping();
        broker.publish(Message.of("a", "x"));
        client.expectMessage("a", "x");
    }

    @Test
    void anAuthorizerThatBlocksIsNotAskedAboutEverythingAtOnceWhenTheRulesChange() {
        int clients = 20;
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(clients);
        AtomicReference<Runnable> changed = new AtomicReference<>();
        AtomicBoolean revoked = new AtomicBoolean();
        broker = TestBroker.start(builder -> builder.loops(1)
                .configure(config -> config.workers(1).workerQueue(8))
                .authorizer(new Authorizer() {
                    @Override
                    public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                        if (revoked.get() && action instanceof Action.Subscribe) {
                            asked.countDown();
                            await(go);
                            all.countDown();
                            return client.clientId().equals("client 13")
                                    ? Authorization.denied().stage()
                                    : Authorization.allowed().stage();
                        }
                        return Authorization.allowed().stage();
                    }

                    @Override
                    public boolean mayBlock() {
                        return true;
                    }

                    @Override
                    public Registration onChange(Runnable listener) {
                        changed.set(listener);
                        return Registration.NONE;
                    }
                }));
        List<TestClient> connected = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client " + i);
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            connected.add(client);
        }

        revoked.set(true);
        changed.get().run();
        await(asked);
        connected.forEach(TestClient::ping);
        go.countDown();
        await(all);

        connected.remove(13).expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        connected.forEach(TestClient::ping);
    }

    @Test
    void anAuthorizerThatFailsTakesNoSubscriptionAway() {
        AtomicBoolean broken = new AtomicBoolean();
        AtomicReference<Runnable> changed = new AtomicReference<>();
        broker = TestBroker.start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                if (broken.get()) {
                    throw new IllegalStateException("broken");
                }
                return Authorization.allowed().stage();
            }

            @Override
            public Registration onChange(Runnable listener) {
                changed.set(listener);
                return Registration.NONE;
            }
        }));
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(withExpiry("client", true));
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        broken.set(true);
        changed.get().run();
        client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        TestClient early = broker.client(ProtocolVersion.MQTT_5);
        Connect withoutExpiry =
                new Connect(ProtocolVersion.MQTT_5, false, false, 0, Properties.NONE, "client", null, null, null);
        assertThat(early.send(withoutExpiry).expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        early.expectEnd();
        broken.set(false);

        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        assertThat(back.connect(withExpiry("client", false)).sessionPresent()).isTrue();
        broker.publish(Message.of("a", "x"));
        back.expectMessage("a", "x");
    }

    /** Everything is allowed but to subscribe to what has been revoked. */
    private static final class RevocableRights implements Authorizer {
        private final Set<String> revoked = ConcurrentHashMap.newKeySet();
        private volatile Runnable changed = () -> {};

        void revoke(String... filters) {
            revoked.addAll(List.of(filters));
            changed.run();
        }

        @Override
        public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
            return action instanceof Action.Subscribe subscribe && revoked.contains(subscribe.filter())
                    ? Authorization.denied().stage()
                    : Authorization.allowed().stage();
        }

        @Override
        public Registration onChange(Runnable listener) {
            changed = listener;
            return Registration.NONE;
        }
    }

    @Test
    void aHeldPublishOfAClientThatIsTakenOverIsNotRouted() {
        CompletableFuture<Authorization> pending = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        authorize(action -> {
            if (action instanceof Action.Publish) {
                asked.countDown();
                return pending;
            }
            return Authorization.allowed().stage();
        });
        TestClient observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("#", QoS.AT_LEAST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.send(TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 1));
        await(asked);
        broker.connected(ProtocolVersion.MQTT_5, "client");
        broker.awaitDisconnected("client");

        pending.complete(Authorization.allowed());

        observer.expectNothing();
    }

    @Test
    void anAnswerAboutAMessageThatIsGoneIsNotTakenForTheNext() {
        CompletableFuture<Authorization> slow = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        broker = TestBroker.start(builder -> builder.sessions(SessionLimits.builder()
                        .maxQueuedMessages(1)
                        .overflow(Overflow.DROP_OLDEST)
                        .build())
                .authorizer(new Authorizer() {
                    @Override
                    public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                        if (!(action instanceof Action.Receive receive)) {
                            return Authorization.allowed().stage();
                        }
                        if (receive.topic().equals("secret")) {
                            return Authorization.denied().stage();
                        }
                        asked.countDown();
                        return slow;
                    }

                    @Override
                    public boolean authorizesReceive() {
                        return true;
                    }
                }));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("#", QoS.AT_LEAST_ONCE);

        broker.publish(
                Message.builder("slow").payload("x").qos(QoS.AT_LEAST_ONCE).build());
        await(asked);
        broker.publish(
                Message.builder("secret").payload("x").qos(QoS.AT_LEAST_ONCE).build());
        broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.QUEUE_FULL_MESSAGES);
        slow.complete(Authorization.allowed());

        broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED);
        client.expectNothing();
    }

    @Test
    void aRepeatedQos2PublishIsNotRefusedWhenItWasTakenBefore() {
        AtomicBoolean revoked = new AtomicBoolean();
        authorize(action -> action instanceof Action.Publish && revoked.get()
                ? Authorization.deniedOnce().stage()
                : Authorization.allowedOnce().stage());
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(withExpiry("client", true));
        client.send(TestClient.message("a", "first", QoS.EXACTLY_ONCE, 5));
        client.expect(PubRec.class);
        client.close();
        broker.awaitDisconnected("client");
        revoked.set(true);

        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        back.connect(withExpiry("client", false));
        back.send(TestClient.message("a", "first", QoS.EXACTLY_ONCE, 5));

        assertThat(back.expect(PubRec.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        back.send(TestClient.message("a", "second", QoS.EXACTLY_ONCE, 6));
        assertThat(back.expect(PubRec.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    private static Connect withExpiry(String clientId, boolean cleanStart) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                cleanStart,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1000)
                        .build(),
                clientId,
                null,
                null,
                null);
    }
}
