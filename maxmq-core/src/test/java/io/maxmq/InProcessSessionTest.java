package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The application as a client with a session: acknowledgements, durable subscriptions, messages to one client. */
class InProcessSessionTest {
    private record Received(Message message, Acknowledgement acknowledgement) {}

    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.loops(3)
            .sessions(SessionLimits.builder().maxQueuedMessages(5).build()));

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    private Subscription subscribe(String filter, SubscribeOptions options) {
        Subscription subscription = broker.broker()
                .subscribe(
                        filter,
                        options,
                        (message, acknowledgement) -> received.add(new Received(message, acknowledgement)));
        get(subscription.active());
        return subscription;
    }

    private Received next() {
        try {
            Received next = received.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("a message within the deadline").isNotNull();
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void expect(String payload) {
        Received next = next();
        assertThat(next.message().payloadText()).isEqualTo(payload);
        next.acknowledgement().acknowledge();
    }

    private static Message message(String topic, String payload, QoS qos) {
        return Message.builder(topic).payload(payload).qos(qos).build();
    }

    private PublishResult publish(String topic, String payload) {
        return broker.publish(message(topic, payload, QoS.AT_LEAST_ONCE));
    }

    /** The session of a subscription, once it has so many messages in flight and queued. */
    private SessionView awaitSession(String clientId, int inFlight, int queued) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            SessionView session = get(broker.broker().sessions().find(clientId)).orElseThrow();
            if (session.inFlightMessages() == inFlight && session.queuedMessages() == queued) {
                return session;
            }
            assertThat(System.nanoTime()).as(session.toString()).isLessThan(deadline);
        }
    }

    @Test
    void thousandsOfSubscriptionsMayBeMadeAtOnce() {
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            all.add(broker.broker()
                    .subscribe(
                            "a/" + i,
                            SubscribeOptions.defaults(),
                            (message, acknowledgement) -> received.add(new Received(message, acknowledgement))));
        }

        all.forEach(each -> get(each.active()));
        broker.publish(Message.builder("a/2999").payload("last").build());

        assertThat(next().message().payloadText()).isEqualTo("last");
    }

    // ---- acknowledgements

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void givesNoMoreThanTheWindowUnacknowledged(QoS qos) {
        subscribe("a", SubscribeOptions.defaults().window(2));
        for (int i = 0; i < 5; i++) {
            broker.publish(message("a", "m" + i, qos));
        }
        Received first = next();
        Received second = next();
        assertThat(first.message().qos()).isEqualTo(qos);
        awaitSession("$in-process/#0", 2, 3);
        assertThat(received).isEmpty();

        second.acknowledgement().acknowledge(); // in any order, by any thread, more than once
        second.acknowledgement().acknowledge();

        assertThat(next().message().payloadText()).isEqualTo("m2");
        awaitSession("$in-process/#0", 2, 2);
        assertThat(received).isEmpty();
        first.acknowledgement().acknowledge();
        expect("m3");
        expect("m4");
        assertThat(first.message().payloadText()).isEqualTo("m0");
    }

    @Test
    void whatWaitsIsBoundedAsASessionIs() {
        subscribe("a", SubscribeOptions.defaults().window(1));

        List<PublishResult> results =
                IntStream.range(0, 8).mapToObj(i -> publish("a", "m" + i)).toList();

        assertThat(results.subList(0, 6)).allMatch(result -> result.queued() == 1);
        assertThat(results.subList(6, 8))
                .allMatch(result -> result.dropped().equals(Map.of(DropReason.QUEUE_FULL_MESSAGES, 1)));
    }

    @Test
    void qos0NeedsNoAcknowledgement() {
        subscribe("a", SubscribeOptions.defaults().window(1));

        for (int i = 0; i < 50; i++) {
            broker.publish(message("a", "m" + i, QoS.AT_MOST_ONCE));
        }

        for (int i = 0; i < 50; i++) {
            assertThat(next().message().payloadText()).isEqualTo("m" + i);
        }
    }

    @Test
    void qos0ThatAHandlerDoesNotTakeIsBounded() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        Subscription subscription = broker.broker()
                .subscribe("a", SubscribeOptions.defaults().queue(3), (message, acknowledgement) -> {
                    await(release);
                    received.add(new Received(message, acknowledgement));
                });
        get(subscription.active());

        int queued = 0;
        for (int i = 0; i < 20; i++) {
            PublishResult result = broker.publish(message("a", "m" + i, QoS.AT_MOST_ONCE));
            queued += result.queued();
            assertThat(result.queued() + result.droppedTotal()).isEqualTo(1);
        }
        release.countDown();

        assertThat(queued).isBetween(3, 4); // one may be with the handler
        for (int i = 0; i < queued; i++) {
            next();
        }
        // And it goes on.
        broker.publish(message("a", "after", QoS.AT_LEAST_ONCE));
        expect("after");
    }

    @Test
    void aHandlerThatThrowsHasNotAcknowledged() {
        get(broker.broker()
                .subscribe("a", SubscribeOptions.defaults().window(1), (message, acknowledgement) -> {
                    throw new IllegalStateException("bad");
                })
                .active());

        publish("a", "m0");

        broker.events().await(PluginFailed.class);
        awaitSession("$in-process/#0", 1, 0);
    }

    @Test
    void inlineHandlersAcknowledgeToo() {
        subscribe("a", SubscribeOptions.defaults().window(1).inline());

        for (int i = 0; i < 5; i++) {
            publish("a", "m" + i);
        }

        for (int i = 0; i < 5; i++) {
            expect("m" + i);
        }
    }

    @Test
    void anotherMemberGetsWhatAClosedOneOfASharedSubscriptionLeaves() {
        Subscription subscription =
                subscribe("$share/g/a", SubscribeOptions.defaults().window(1));
        publish("a", "m0");
        next();
        publish("a", "m1");
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "member");
        client.subscribe("$share/g/a", QoS.AT_LEAST_ONCE);

        subscription.close();

        client.expectMessage("a", "m0");
        client.expectMessage("a", "m1");
        assertThat(broker.events()
                        .await(SessionExpired.class, event -> event.clientId().startsWith("$in-process/"))
                        .droppedMessages())
                .isZero();
    }

    // ---- durable subscriptions

    private static SubscribeOptions durable() {
        return SubscribeOptions.defaults().durable("orders");
    }

    @Test
    void queuesWhileNobodyIsThere() {
        Subscription subscription = subscribe("a/#", durable());
        publish("a/1", "m0");
        expect("m0");
        awaitSession("$in-process/orders", 0, 0);
        subscription.close();
        subscription.close();
        publish("a/1", "m1");
        broker.publish(message("a/2", "lost", QoS.AT_MOST_ONCE));
        broker.publish(message("a/2", "m2", QoS.EXACTLY_ONCE));
        assertThat(awaitSession("$in-process/orders", 0, 2).isConnected()).isFalse();

        subscribe("a/#", durable());

        expect("m1");
        expect("m2");
        publish("a/3", "m3");
        expect("m3");
    }

    @Test
    void givesAgainWhatWasNotAcknowledged() {
        Subscription subscription = subscribe("a", durable().window(2));
        publish("a", "m0");
        publish("a", "m1");
        publish("a", "m2");
        Received first = next();
        next();
        subscription.close();
        first.acknowledgement().acknowledge(); // too late

        subscribe("a", durable());

        expect("m0");
        expect("m1");
        expect("m2");
        awaitSession("$in-process/orders", 0, 0);
    }

    @Test
    void aPlainHandlerAcknowledgesByReturning() {
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        get(broker.broker()
                .subscribe("a", durable().window(1), message -> {
                    texts.add(message.payloadText());
                    throw new IllegalStateException("bad");
                })
                .active());

        for (int i = 0; i < 4; i++) {
            publish("a", "m" + i);
        }

        awaitSession("$in-process/orders", 0, 0);
        assertThat(texts).containsExactly("m0", "m1", "m2", "m3");
    }

    @Test
    void whoSubscribesUnderTheNameTakesOver() {
        subscribe("a", durable());
        BlockingQueue<String> second = new LinkedBlockingQueue<>();
        get(broker.broker()
                .subscribe("b", durable(), message -> second.add(message.payloadText()))
                .active());

        assertThat(publish("a", "nobody's").matched()).isZero();
        publish("b", "m");

        awaitSession("$in-process/orders", 0, 0);
        assertThat(second).containsExactly("m");
        assertThat(received).isEmpty();
    }

    @Test
    void isRemovedByAnExplicitCallOnly() {
        Subscription subscription = subscribe("a", durable());
        subscription.close();
        publish("a", "queued");

        assertThat(get(broker.broker().removeDurable("orders"))).isTrue();

        assertThat(publish("a", "x").matched()).isZero();
        assertThat(get(broker.broker().removeDurable("orders"))).isFalse();
        subscribe("a", durable());
        publish("a", "new");
        expect("new");
    }

    @Test
    void getsRetainedMessagesAsAsked() {
        broker.publish(
                message("a", "kept", QoS.AT_LEAST_ONCE).toBuilder().retain(true).build());
        SubscribeOptions ifNew = durable().retainHandling(RetainHandling.SEND_IF_NEW);
        Subscription first = subscribe("a", ifNew);
        Received kept = next();
        assertThat(kept.message().retain()).isTrue();
        kept.acknowledgement().acknowledge();
        awaitSession("$in-process/orders", 0, 0);
        first.close();

        Subscription second = subscribe("a", ifNew);
        publish("a", "live");
        expect("live");
        awaitSession("$in-process/orders", 0, 0);
        second.close();
        subscribe("a", durable());
        expect("kept");
        assertThat(received).isEmpty();
    }

    @Test
    void refusesNamesThatAreNone() {
        for (String name : List.of("", "#1", "x".repeat(257))) {
            assertThatThrownBy(() -> SubscribeOptions.defaults().durable(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name=" + name);
        }
        assertThatThrownBy(() -> SubscribeOptions.defaults().window(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("messages=0");
    }

    @Test
    void noNetworkClientIsTakenForTheApplication() {
        subscribe("a", durable());
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        ConnAck answer = client.send(Connect.of(ProtocolVersion.MQTT_5, "$in-process/orders", true, 0))
                .expect(ConnAck.class);

        assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(get(broker.broker().clients().query(ClientQuery.all())).items())
                .isEmpty();
        publish("a", "m");
        expect("m");
    }

    // ---- to one client

    @Test
    void publishesToOneClient() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "c");
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");
        other.subscribe("#", QoS.AT_LEAST_ONCE);

        PublishResult result = get(broker.broker()
                .publishTo(
                        "c",
                        message("to/you", "hello", QoS.AT_LEAST_ONCE).toBuilder()
                                .retain(true)
                                .build()));

        assertThat(result).isEqualTo(new PublishResult(1, 1, Map.of()));
        assertThat(client.expectMessage("to/you", "hello").retain()).isFalse();
        other.expectNothing();
        assertThat(broker.broker().retained().count()).isZero();
        get(broker.broker().publishTo("c", message("$share/g/x", "dollar", QoS.AT_MOST_ONCE)));
        client.expectMessage("$share/g/x", "dollar");
    }

    @Test
    void queuesForAClientThatIsAway() {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect("c", false);
        client.disconnect();
        broker.awaitDisconnected("c");

        PublishResult kept = get(broker.broker().publishTo("c", message("x", "later", QoS.EXACTLY_ONCE)));
        PublishResult dropped = get(broker.broker()
                .publishTo(
                        Tenant.DEFAULT,
                        "c",
                        message("x", "never", QoS.AT_MOST_ONCE),
                        PublishOptions.defaults().detailed()));
        PublishResult nobody = get(broker.broker().publishTo("nobody", message("x", "y", QoS.AT_LEAST_ONCE)));

        assertThat(kept.queued()).isEqualTo(1);
        assertThat(dropped).isEqualTo(new PublishResult(1, 0, Map.of(DropReason.QOS0_OFFLINE, 1)));
        assertThat(nobody).isEqualTo(PublishResult.UNMATCHED);
        TestClient back = broker.client(ProtocolVersion.MQTT_3_1_1);
        back.connect("c", false);
        back.expectMessage("x", "later");
        assertThatThrownBy(() -> broker.broker().publishTo("c", Message.of("a/+", "x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void giveUpTheirSessionsWhenClosed() {
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            subscriptions.add(subscribe("a/" + i, SubscribeOptions.defaults()));
        }
        assertThat(broker.broker().sessions().count()).isEqualTo(10);

        subscriptions.forEach(Subscription::close);

        broker.events().awaitAll(SessionExpired.class, event -> true, 10);
        assertThat(broker.broker().sessions().count()).isZero();
        assertThat(broker.broker().subscriptions().count()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
