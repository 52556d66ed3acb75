package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Capabilities;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.ClientView;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.admin.RetainedQuery;
import io.maxmq.spi.admin.RetainedView;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.admin.SubscriptionQuery;
import io.maxmq.spi.admin.SubscriptionView;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.event.BrokerEvent.Subscribed;
import io.maxmq.spi.event.BrokerEvent.Unsubscribed;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A running broker looked at and handled by its embedder. */
class AdministrationTest {
    private static final int LOOPS = 4;

    private final AtomicReference<BrokerContext> context = new AtomicReference<>();

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.loops(LOOPS).extension(given -> {
                context.set(given);
                return CompletableFuture.completedFuture(null);
            }));

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** Leaves a session behind. */
    private void leave(String clientId, String... filters) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, false);
        for (String filter : filters) {
            client.subscribe(filter, QoS.AT_LEAST_ONCE);
        }
        client.disconnect();
        broker.awaitDisconnected(clientId);
    }

    private static Connect connect(String clientId, Properties.Builder properties) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, properties.build(), clientId, null, null, null);
    }

    private static Message message(String topic, String payload) {
        return Message.builder(topic).payload(payload).qos(QoS.AT_LEAST_ONCE).build();
    }

    private static Message retained(String topic, String payload) {
        return message(topic, payload).toBuilder().retain(true).build();
    }

    private MaxMQ max() {
        return broker.broker();
    }

    private List<Page<SessionView>> sessionPages(ClientQuery query, Function<Integer, Runnable> between) {
        List<Page<SessionView>> pages = new ArrayList<>();
        ClientQuery next = query;
        while (true) {
            Page<SessionView> page = get(max().sessions().query(next));
            pages.add(page);
            if (page.isLast()) {
                return pages;
            }
            between.apply(pages.size()).run();
            next = query.after(page.next().orElseThrow());
        }
    }

    private static List<String> ids(List<Page<SessionView>> pages) {
        return pages.stream()
                .flatMap(page -> page.items().stream())
                .map(SessionView::clientId)
                .toList();
    }

    // ---- pages

    @Test
    void pagesThroughAllSessions() {
        IntStream.range(0, 103).forEach(i -> leave("s-" + i));

        List<Page<SessionView>> pages = sessionPages(ClientQuery.all().limit(10), number -> () -> {});

        assertThat(pages).hasSize(11);
        assertThat(pages.subList(0, 10)).allMatch(page -> page.items().size() == 10);
        assertThat(ids(pages))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 103).mapToObj(i -> "s-" + i).toList());
        assertThat(max().sessions().count()).isEqualTo(103);
    }

    @Test
    void theLastPageIsNeverEmptyUnlessItIsTheFirst() {
        assertThat(get(max().sessions().query(ClientQuery.all()))).isEqualTo(new Page<>(List.of(), Optional.empty()));
        IntStream.range(0, 20).forEach(i -> leave("s-" + i));

        List<Page<SessionView>> pages = sessionPages(ClientQuery.all().limit(5), number -> () -> {});

        assertThat(pages).hasSize(4).allMatch(page -> page.items().size() == 5);
    }

    @Test
    void givesEachThatStaysOnceWhileOthersComeAndGo() {
        IntStream.range(0, 60).forEach(i -> leave("stays-" + i));
        IntStream.range(0, 60).forEach(i -> leave("goes-" + i));

        List<String> ids = ids(sessionPages(ClientQuery.all().limit(7), number -> () -> {
            for (int i = 0; i < 5; i++) {
                get(max().sessions().purge("goes-" + ((number - 1) * 5 + i)));
            }
            leave("comes-" + number);
        }));

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids)
                .containsAll(IntStream.range(0, 60).mapToObj(i -> "stays-" + i).toList());
    }

    @Test
    void walksManySessionsInManyTurnsWithoutHoldingUpTheLoop() {
        // More sessions on a loop than one turn looks at, none of which the query wants.
        try (TestBroker one = TestBroker.start()) {
            TestClient client = one.client(ProtocolVersion.MQTT_3_1_1);
            client.connect("wanted", true);
            for (int i = 0; i < 2500; i++) {
                try (TestClient each = one.client(ProtocolVersion.MQTT_3_1_1)) {
                    each.connect("other-" + i, false);
                }
            }

            Page<SessionView> page =
                    get(one.broker().sessions().query(ClientQuery.all().clientIdPrefix("other-2499")));

            assertThat(page.items()).extracting(SessionView::clientId).containsExactly("other-2499");
            assertThat(page.isLast()).isTrue();
        }
    }

    @Test
    void refusesCursorsAndLimitsThatAreNone() {
        for (String cursor : List.of("", "x", "1", "-1.0", "99.0", "0.x", "0.-3")) {
            assertThatThrownBy(() -> max().sessions().query(ClientQuery.all().after(cursor)))
                    .as(cursor)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cursor=" + cursor);
        }
        assertThatThrownBy(() -> ClientQuery.all().limit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit=0");
        assertThatThrownBy(() -> SubscriptionQuery.all().limit(Page.MAX_LIMIT + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        max().retained().query(RetainedQuery.matching("a/#").after("b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cursor=b");
        assertThatThrownBy(() -> max().retained().query(RetainedQuery.matching("$share/g/a")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        max().subscriptions().query(SubscriptionQuery.all().matching("a/+")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> max().sessions().topMemoryConsumers(0)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- clients

    @Test
    void clientsAreTheConnectedOnly() {
        leave("away");
        TestClient here = broker.connected(ProtocolVersion.MQTT_5, "here");
        here.subscribe("a", QoS.AT_LEAST_ONCE);

        Page<ClientView> page = get(max().clients().query(ClientQuery.all()));

        assertThat(page.items()).hasSize(1);
        ClientView view = page.items().get(0);
        assertThat(view.client().clientId()).isEqualTo("here");
        assertThat(view.client().protocolVersion()).isEqualTo(ProtocolVersion.MQTT_5);
        assertThat(view.subscriptions()).isEqualTo(1);
        assertThat(max().clients().count()).isEqualTo(1);
        assertThat(get(max().clients().find("here"))).contains(view);
        assertThat(get(max().clients().find("away"))).isEmpty();
        assertThat(get(max().clients().find("nobody"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void disconnectsWithAReasonAndKeepsTheSession(ProtocolVersion version) {
        TestClient client = broker.client(version);
        client.connect(
                version.isV5()
                        ? connect("c", Properties.builder().set(PropertyId.SESSION_EXPIRY_INTERVAL, 100))
                        : Connect.of(version, "c", false, 0));
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        boolean was = get(max().clients().disconnect("c", ReasonCode.SERVER_BUSY));

        assertThat(was).isTrue();
        client.expectDisconnect(ReasonCode.SERVER_BUSY);
        assertThat(broker.events().await(ClientDisconnected.class).by()).isEqualTo(Initiator.ADMINISTRATOR);
        assertThat(get(max().clients().find("c"))).isEmpty();
        SessionView session = get(max().sessions().find("c")).orElseThrow();
        assertThat(session.isConnected()).isFalse();
        assertThat(session.subscriptions()).isEqualTo(1);
        assertThat(get(max().clients().disconnect("c"))).isFalse();
        assertThat(get(max().clients().disconnect("nobody"))).isFalse();
    }

    @Test
    void tellsTheClientTheDetail() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "c");

        get(max().clients().disconnect(Tenant.DEFAULT, "c", ReasonCode.ADMINISTRATIVE_ACTION, "maintenance"));

        Disconnect told = client.expect(Disconnect.class);
        assertThat(told.reason()).isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION);
        assertThat(told.properties().string(PropertyId.REASON_STRING)).isEqualTo("maintenance");
        assertThatThrownBy(() -> max().clients().disconnect("c", ReasonCode.GRANTED_QOS_1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GRANTED_QOS_1");
    }

    @Test
    void sendsAClientToAnotherServer() {
        TestClient moved = broker.connected(ProtocolVersion.MQTT_5, "moved");
        TestClient away = broker.connected(ProtocolVersion.MQTT_5, "away");
        TestClient older = broker.connected(ProtocolVersion.MQTT_3_1_1, "older");

        assertThat(get(max().clients().redirect("moved", "b.example:1883", true)))
                .isTrue();
        assertThat(get(max().clients().redirect("away", "c.example d.example", false)))
                .isTrue();
        assertThat(get(max().clients().redirect("older", "b.example", true))).isTrue();

        Disconnect told = moved.expect(Disconnect.class);
        assertThat(told.reason()).isEqualTo(ReasonCode.SERVER_MOVED);
        assertThat(told.properties().string(PropertyId.SERVER_REFERENCE)).isEqualTo("b.example:1883");
        told = away.expect(Disconnect.class);
        assertThat(told.reason()).isEqualTo(ReasonCode.USE_ANOTHER_SERVER);
        assertThat(told.properties().string(PropertyId.SERVER_REFERENCE)).isEqualTo("c.example d.example");
        older.expectEnd();
        assertThat(get(max().clients().redirect("moved", "b.example", true))).isFalse();
        assertThatThrownBy(() -> max().clients().redirect("moved", " ", true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("serverReference");
    }

    // ---- sessions

    @Test
    void aSessionTellsWhatItHolds() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(connect(
                "c",
                Properties.builder().set(PropertyId.RECEIVE_MAXIMUM, 2).set(PropertyId.SESSION_EXPIRY_INTERVAL, 77)));
        client.subscribe("a/#", QoS.AT_LEAST_ONCE);
        SessionView empty = get(max().sessions().find("c")).orElseThrow();
        broker.publish(message("a/1", "x"));
        broker.publish(message("a/2", "x"));
        broker.publish(message("a/3", "x".repeat(1000)));
        broker.clock().advanceToJustBefore(Duration.ofSeconds(5));
        broker.publish(message("a/4", "x"));

        SessionView session = get(max().sessions().find("c")).orElseThrow();

        assertThat(session.expirySeconds()).isEqualTo(77);
        assertThat(session.client()).isPresent();
        assertThat(session.username()).isEmpty();
        assertThat(session.inFlightMessages()).isEqualTo(2);
        assertThat(session.queuedMessages()).isEqualTo(2);
        assertThat(session.queuedBytes()).isBetween(1000L, 1500L);
        assertThat(session.inFlightBytes()).isPositive();
        assertThat(session.oldestQueuedAge()).contains(Duration.ofMillis(4999));
        assertThat(session.hasWill()).isFalse();
        assertThat(session.memoryBytes())
                .isEqualTo(empty.memoryBytes() + session.queuedBytes() + session.inFlightBytes());
        assertThat(empty.oldestQueuedAge()).isEmpty();
    }

    @Test
    void namesTheGreatestConsumersOfMemoryFirst() {
        for (int i = 0; i < 20; i++) {
            leave("c-" + i, "t/" + i);
            broker.publish(message("t/" + i, "x".repeat(1 + i * 1000)));
        }

        List<SessionView> top = get(max().sessions().topMemoryConsumers(3));

        assertThat(top).extracting(SessionView::clientId).containsExactly("c-19", "c-18", "c-17");
        assertThat(get(max().sessions().topMemoryConsumers(1000))).hasSize(20);
    }

    @Test
    void purgesASessionThatIsAway() {
        leave("c", "a");
        broker.publish(message("a", "queued"));

        assertThat(get(max().sessions().purge("c"))).isTrue();

        SessionExpired ended = broker.events().await(SessionExpired.class);
        assertThat(ended.why()).isEqualTo(SessionEnd.PURGED);
        assertThat(ended.droppedMessages()).isEqualTo(1);
        assertThat(get(max().sessions().find("c"))).isEmpty();
        assertThat(broker.publish(message("a", "x")).matched()).isZero();
        assertThat(get(max().sessions().purge("c"))).isFalse();
    }

    @Test
    void purgesASessionThatIsConnected() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "c");
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        assertThat(get(max().sessions().purge("c"))).isTrue();

        client.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
        assertThat(broker.events().await(SessionExpired.class).why()).isEqualTo(SessionEnd.PURGED);
        assertThat(broker.events().await(ClientDisconnected.class).by()).isEqualTo(Initiator.ADMINISTRATOR);
        assertThat(max().clients().count()).isZero();
        assertThat(max().sessions().count()).isZero();
        assertThat(broker.connected(ProtocolVersion.MQTT_5, "c").version()).isEqualTo(ProtocolVersion.MQTT_5);
    }

    @Test
    void keepsTenantsApart() {
        Tenant blue = new Tenant("blue");
        try (TestBroker tenants = TestBroker.closed(builder -> builder.loops(LOOPS)
                .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()
                        .withTenant(request.client().clientId().startsWith("b") ? blue : Tenant.DEFAULT))))) {
            TestClient inBlue = tenants.connected(ProtocolVersion.MQTT_5, "b");
            tenants.connected(ProtocolVersion.MQTT_5, "d");
            inBlue.subscribe("a", QoS.AT_LEAST_ONCE);
            MaxMQ max = tenants.broker();

            assertThat(get(max.sessions().query(ClientQuery.all())).items())
                    .extracting(SessionView::clientId)
                    .containsExactly("d");
            assertThat(get(max.clients().query(ClientQuery.all().tenant(blue))).items())
                    .extracting(each -> each.client().clientId())
                    .containsExactly("b");
            assertThat(get(max.subscriptions().query(SubscriptionQuery.all())).items())
                    .isEmpty();
            assertThat(get(max.sessions().find("b"))).isEmpty();
            assertThat(get(max.clients().disconnect("b"))).isFalse();
            assertThat(get(max.sessions().purge(blue, "b"))).isTrue();
        }
    }

    // ---- subscriptions on behalf of a client

    private static SubscriptionRequest request(String filter, RetainHandling handling) {
        return new SubscriptionRequest(filter, QoS.AT_LEAST_ONCE, false, false, handling);
    }

    @Test
    void subscribesForAConnectedClient() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "c");
        broker.publish(retained("a/r", "kept"));

        ReasonCode answer = get(max().sessions().subscribe("c", request("a/#", RetainHandling.SEND_AT_SUBSCRIBE)));

        assertThat(answer).isEqualTo(ReasonCode.GRANTED_QOS_1);
        client.expectMessage("a/r", "kept");
        broker.publish(message("a/x", "new"));
        client.expectMessage("a/x", "new");
        assertThat(broker.events().await(Subscribed.class).topicFilter()).isEqualTo("a/#");

        get(max().sessions().subscribe("c", request("a/#", RetainHandling.SEND_IF_NEW)));
        client.expectNothing();

        assertThat(get(max().sessions().unsubscribe("c", "a/#"))).isTrue();
        assertThat(broker.events().await(Unsubscribed.class).clientId()).isEqualTo("c");
        assertThat(broker.publish(message("a/x", "late")).matched()).isZero();
        assertThat(get(max().sessions().unsubscribe("c", "a/#"))).isFalse();
    }

    @Test
    void subscribesForAClientThatIsAway() {
        leave("c");
        broker.publish(retained("a", "kept"));

        get(max().sessions().subscribe("c", request("a", RetainHandling.SEND_AT_SUBSCRIBE)));
        broker.publish(message("a", "queued"));

        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        assertThat(client.connect("c", false).sessionPresent()).isTrue();
        client.expectMessage("a", "queued");
        assertThat(client.expectMessage("a", "kept").retain()).isTrue();
    }

    @Test
    void answersAsSubackWouldWhatIsNotOffered() {
        try (TestBroker poor = TestBroker.start(builder -> builder.capabilities(Capabilities.builder()
                .maximumQos(QoS.AT_MOST_ONCE)
                .sharedSubscriptionsAvailable(false)
                .wildcardSubscriptionsAvailable(false)
                .build()))) {
            poor.connected(ProtocolVersion.MQTT_5, "c");

            assertThat(get(poor.broker().sessions().subscribe("c", new SubscriptionRequest("a", QoS.EXACTLY_ONCE))))
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(get(poor.broker().sessions().subscribe("c", new SubscriptionRequest("a/#", QoS.EXACTLY_ONCE))))
                    .isEqualTo(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
            assertThat(get(poor.broker()
                            .sessions()
                            .subscribe("c", new SubscriptionRequest("$share/g/a", QoS.EXACTLY_ONCE))))
                    .isEqualTo(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
        }
    }

    @Test
    void refusesToSubscribeWhatCannotBe() {
        assertThatThrownBy(() -> max().sessions()
                        .subscribe("nobody", new SubscriptionRequest("a", QoS.AT_MOST_ONCE))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("clientId=nobody");
        assertThatThrownBy(() -> max().sessions().subscribe("c", new SubscriptionRequest("a/#/b", QoS.AT_MOST_ONCE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a/#/b");
        assertThatThrownBy(() -> max().sessions()
                        .subscribe(
                                "c",
                                new SubscriptionRequest(
                                        "$share/g/a", QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- queries over subscriptions

    private List<SubscriptionView> allOf(SubscriptionQuery query) {
        List<SubscriptionView> all = new ArrayList<>();
        SubscriptionQuery next = query;
        while (true) {
            Page<SubscriptionView> page = get(max().subscriptions().query(next));
            all.addAll(page.items());
            if (page.isLast()) {
                return all;
            }
            assertThat(page.items()).hasSize(query.limit());
            next = query.after(page.next().orElseThrow());
        }
    }

    @Test
    void pagesThroughSubscriptionsAlsoWithinASession() {
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            String[] filters = IntStream.range(0, i).mapToObj(n -> "t.x/" + n).toArray(String[]::new);
            leave("c-" + i, filters);
            for (String filter : filters) {
                expected.add("c-" + i + " " + filter);
            }
        }

        for (int limit : List.of(1, 2, 7, 66, 1000)) {
            List<SubscriptionView> all = allOf(SubscriptionQuery.all().limit(limit));

            assertThat(all)
                    .extracting(each -> each.clientId() + " " + each.topicFilter())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(max().subscriptions().count()).isEqualTo(66);
    }

    @Test
    void findsSubscriptionsByFilterTopicAndClient() {
        leave("c-1", "a/#", "b");
        leave("c-2", "$share/g/a/+", "+/x");
        leave("d-1", "a/#");

        assertThat(allOf(SubscriptionQuery.all().topicFilter("a/#")))
                .extracting(SubscriptionView::clientId)
                .containsExactlyInAnyOrder("c-1", "d-1");
        assertThat(allOf(SubscriptionQuery.all().matching("a/x").limit(2)))
                .extracting(SubscriptionView::topicFilter)
                .containsExactlyInAnyOrder("a/#", "a/#", "$share/g/a/+", "+/x");
        assertThat(allOf(SubscriptionQuery.all().matching("a").clientIdPrefix("c-")))
                .extracting(SubscriptionView::topicFilter)
                .containsExactly("a/#");
        SubscriptionView shared =
                allOf(SubscriptionQuery.all().topicFilter("$share/g/a/+")).get(0);
        assertThat(shared.shareName()).contains("g");
        assertThat(shared.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(allOf(SubscriptionQuery.all().tenant(new Tenant("other")))).isEmpty();
    }

    // ---- retained messages

    @Test
    void pagesThroughRetainedMessages() {
        for (int i = 0; i < 57; i++) {
            broker.publish(retained("r/" + i + "/v", "x".repeat(i + 1)));
        }
        broker.publish(retained("other", "x"));
        broker.publish(retained("r/short", "x").toBuilder()
                .messageExpiry(Duration.ofSeconds(1))
                .build());
        broker.clock().advance(Duration.ofSeconds(1));

        List<RetainedView> all = new ArrayList<>();
        RetainedQuery query = RetainedQuery.matching("r/#").limit(10);
        RetainedQuery next = query;
        for (Page<RetainedView> page = get(max().retained().query(next));
                ;
                page = get(max().retained().query(next))) {
            all.addAll(page.items());
            if (page.isLast()) {
                break;
            }
            next = query.after(page.next().orElseThrow());
        }

        assertThat(all)
                .extracting(RetainedView::topic)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 57).mapToObj(i -> "r/" + i + "/v").toList());
        RetainedView third = all.stream()
                .filter(each -> each.topic().equals("r/2/v"))
                .findFirst()
                .orElseThrow();
        assertThat(third.payloadBytes()).isEqualTo(3);
        assertThat(third.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(third.expiresAtEpochMillis()).isEmpty();
        assertThat(third.id().epochMillis()).isEqualTo(broker.clock().epochMillis() - 1040);
    }

    @Test
    void getsAndRemovesARetainedMessage() {
        broker.publish(retained("a", "kept"));
        long bytes = max().retained().bytes();

        Message message = get(max().retained().get("a")).orElseThrow();

        assertThat(message.payloadText()).isEqualTo("kept");
        assertThat(message.retain()).isTrue();
        assertThat(message.id()).isPresent();
        assertThat(bytes).isPositive();
        assertThat(max().retained().count()).isEqualTo(1);
        assertThat(get(max().retained().remove("a"))).isTrue();
        assertThat(get(max().retained().remove("a"))).isFalse();
        assertThat(get(max().retained().get("a"))).isEmpty();
        assertThat(max().retained().bytes()).isZero();
        assertThat(get(max().retained().get(new Tenant("other"), "a"))).isEmpty();
    }

    // ---- who asks

    @Test
    void anExtensionHasTheSame() {
        leave("c", "a");
        broker.publish(retained("a", "kept"));
        BrokerContext extension = context.get();

        assertThat(get(extension.sessions().find("c")))
                .isEqualTo(get(max().sessions().find("c")));
        assertThat(get(extension.subscriptions().query(SubscriptionQuery.all())).items())
                .hasSize(1);
        assertThat(get(extension.retained().query(RetainedQuery.all())).items()).hasSize(1);
        assertThat(get(extension.clients().query(ClientQuery.all())).items()).isEmpty();
    }

    @Test
    void nothingIsLeftUnansweredWhenTheBrokerCloses() throws Exception {
        IntStream.range(0, 50).forEach(i -> leave("c-" + i));
        List<CompletableFuture<?>> answers = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(200);
        BrokerContext extension = context.get();
        Thread asking = new Thread(() -> {
            try {
                while (true) {
                    answers.add(extension.sessions().query(ClientQuery.all()).toCompletableFuture());
                    answers.add(extension.sessions().topMemoryConsumers(5).toCompletableFuture());
                    begun.countDown();
                }
            } catch (IllegalStateException closed) {
                // What was asked for before has to be answered.
            }
        });
        asking.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        max().close();
        asking.join(30_000);

        assertThat(asking.isAlive()).isFalse();
        for (CompletableFuture<?> answer : answers) {
            try {
                answer.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException refused) {
                assertThat(refused.getCause())
                        .isInstanceOfAny(
                                IllegalStateException.class, java.util.concurrent.RejectedExecutionException.class);
            }
        }
        assertThatThrownBy(() -> max().sessions()).isInstanceOf(IllegalStateException.class);
    }
}
