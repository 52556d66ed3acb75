package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.admin.MessagePage;
import io.maxmq.spi.admin.MessageQuery;
import io.maxmq.spi.admin.MessageView;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What waits for a client and what it has not acknowledged, looked at by the embedder. */
class MessageInspectionTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.loops(2));

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    private static Message message(String topic, String payload, QoS qos) {
        return Message.builder(topic).payload(payload).qos(qos).build();
    }

    private void publish(int from, int to) {
        IntStream.range(from, to).forEach(i -> broker.publish(message("a/" + i, "p" + i, QoS.AT_LEAST_ONCE)));
    }

    private MessagePage queued(MessageQuery query) {
        return get(broker.broker().sessions().queued(query));
    }

    private MessagePage inFlight(MessageQuery query) {
        return get(broker.broker().sessions().inFlight(query));
    }

    private static List<String> topics(List<MessageView> items) {
        return items.stream().map(MessageView::topic).toList();
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "a/" + i).toList();
    }

    /** All pages; between two of them something happens. */
    private static List<MessagePage> pages(
            Function<MessageQuery, MessagePage> look, MessageQuery first, Runnable between) {
        List<MessagePage> pages = new ArrayList<>();
        MessageQuery next = first;
        while (true) {
            MessagePage page = look.apply(next);
            pages.add(page);
            if (page.isLast()) {
                return pages;
            }
            assertThat(pages).hasSizeLessThan(10_000);
            between.run();
            next = first.after(page.next().orElseThrow());
        }
    }

    private static List<MessageView> items(List<MessagePage> pages) {
        return pages.stream().flatMap(page -> page.items().stream()).toList();
    }

    @Test
    void showsWhatIsInFlightAndWhatWaitsInOrder() {
        TestClient client = broker.lasting("c", true, 2);
        client.subscribe("a/#", QoS.AT_LEAST_ONCE);
        publish(0, 5);

        MessagePage sent = inFlight(MessageQuery.of("c"));
        MessagePage waiting = queued(MessageQuery.of("c"));

        assertThat(topics(sent.items())).containsExactly("a/0", "a/1");
        assertThat(topics(waiting.items())).containsExactly("a/2", "a/3", "a/4");
        assertThat(sent.items())
                .extracting(MessageView::packetId)
                .containsExactly(
                        client.expect(Publish.class).packetId(),
                        client.expect(Publish.class).packetId());
        assertThat(waiting.items()).extracting(MessageView::packetId).containsOnly(0);
        assertThat(List.of(sent, waiting)).allMatch(page -> page.isLast() && page.notShown() == 0);
    }

    @Test
    void tellsHowAMessageIsDelivered() {
        TestClient client = broker.lasting("c", true, 1);
        client.subscribe("a/+", QoS.EXACTLY_ONCE);
        client.subscribe("$share/g/b", QoS.AT_LEAST_ONCE);
        Message published = message("a/x", "payload", QoS.EXACTLY_ONCE).toBuilder()
                .messageExpiry(Duration.ofSeconds(10))
                .contentType("text/plain")
                .build();
        broker.publish(published);
        broker.publish(message("b", "", QoS.EXACTLY_ONCE));

        MessageView bare = inFlight(MessageQuery.of("c")).items().get(0);
        MessageView full = inFlight(MessageQuery.of("c").withPayloads()).items().get(0);
        MessageView shared = queued(MessageQuery.of("c")).items().get(0);

        assertThat(bare.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(bare.payloadBytes()).isEqualTo(7);
        assertThat(bare.topicFilter()).isEqualTo("a/+");
        assertThat(bare.expiresAtEpochMillis()).hasValue(broker.clock().epochMillis() + 10_000);
        assertThat(bare.message()).isEmpty();
        assertThat(full.message().orElseThrow().payloadText()).isEqualTo("payload");
        assertThat(full.message().orElseThrow().contentType()).contains("text/plain");
        assertThat(full.id()).isEqualTo(bare.id());
        assertThat(shared.topicFilter()).isEqualTo("$share/g/b");
        assertThat(shared.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(shared.expiresAtEpochMillis()).isEmpty();
    }

    @Test
    void givesEachThatStaysOnceWhileTheFirstLeaveAndOthersCome() {
        TestClient client = broker.lasting("c", true, 1);
        client.subscribe("a/#", QoS.AT_LEAST_ONCE);
        publish(0, 50);
        int[] published = {50};
        Publish[] last = {client.expect(Publish.class)};

        List<MessageView> seen = items(pages(this::queued, MessageQuery.of("c").limit(4), () -> {
            client.acknowledge(last[0]);
            last[0] = client.expect(Publish.class); // the first that waited
            if (published[0] < 60) {
                publish(published[0], ++published[0]);
            }
        }));

        assertThat(topics(seen)).doesNotHaveDuplicates().isEqualTo(names(1, 1 + seen.size()));
        assertThat(topics(seen)).containsAll(names(1, 50));
    }

    @Test
    void pagesThroughAWindowWithHoles() {
        TestClient client = broker.lasting("c", true, 40);
        client.subscribe("a/#", QoS.AT_LEAST_ONCE);
        publish(0, 40);
        for (int i = 0; i < 40; i++) {
            Publish each = client.expect(Publish.class);
            if (i % 3 == 1) {
                client.acknowledge(each);
            }
        }
        client.ping();

        List<MessageView> seen =
                items(pages(this::inFlight, MessageQuery.of("c").limit(5), () -> {}));

        assertThat(topics(seen))
                .isEqualTo(IntStream.range(0, 40)
                        .filter(i -> i % 3 != 1)
                        .mapToObj(i -> "a/" + i)
                        .toList());
    }

    @Test
    void aPageOfThousandsTakesSeveralTurns() {
        try (TestBroker large = TestBroker.start(builder ->
                builder.sessions(SessionLimits.builder().maxQueuedMessages(5000).build()))) {
            TestClient client = large.lasting("c", true, 1);
            client.subscribe("a/#", QoS.AT_LEAST_ONCE);
            IntStream.range(0, 3501).forEach(i -> large.publish(message("a/" + i, "", QoS.AT_LEAST_ONCE)));

            MessagePage page =
                    get(large.broker().sessions().queued(MessageQuery.of("c").limit(10_000)));

            assertThat(topics(page.items())).isEqualTo(names(1, 3501));
            assertThat(page.isLast()).isTrue();
        }
    }

    @Test
    void countsWhatTheClientHasTakenAndNotCompleted() {
        TestClient client = broker.lasting("c", true, 3);
        client.subscribe("a/#", QoS.EXACTLY_ONCE);
        IntStream.range(0, 3).forEach(i -> broker.publish(message("a/" + i, "", QoS.EXACTLY_ONCE)));
        Publish first = client.expect(Publish.class);
        client.send(new PubRec(first.packetId(), ReasonCode.SUCCESS, Properties.NONE));
        client.expect(Publish.class);
        client.expect(Publish.class);
        client.expect(PubRel.class);

        MessagePage page = inFlight(MessageQuery.of("c"));

        assertThat(topics(page.items())).containsExactly("a/1", "a/2");
        assertThat(page.notShown()).isEqualTo(1);
    }

    /** Messages of QoS 0 wait only where an authorizer takes its time; they have no sequence to page by. */
    @Test
    void pagesThroughMessagesOfAllQoSThatWaitForAnAuthorizer() {
        CompletableFuture<Authorization> answer = new CompletableFuture<>();
        try (TestBroker slow = TestBroker.start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                return action instanceof Action.Receive
                        ? answer
                        : CompletableFuture.completedFuture(Authorization.allowed());
            }

            @Override
            public boolean authorizesReceive() {
                return true;
            }
        }))) {
            TestClient client = slow.lasting("c", true, 10);
            client.subscribe("a/#", QoS.EXACTLY_ONCE);
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                slow.publish(message("a/" + i, "", QoS.of(i % 7 < 3 ? 0 : i % 3)));
                all.add("a/" + i);
            }
            for (int limit = 1; limit <= 4; limit++) {
                List<MessageView> seen = items(pages(
                        query -> get(slow.broker().sessions().queued(query)),
                        MessageQuery.of("c").limit(limit),
                        () -> {}));
                assertThat(topics(seen)).isEqualTo(all);
            }
            answer.complete(Authorization.allowed());
        }
    }

    @Test
    void refusesWhatIsNoSessionAndNoCursor() {
        assertThatThrownBy(() -> broker.broker()
                        .sessions()
                        .queued(MessageQuery.of("nobody"))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("clientId=nobody");
        for (String cursor : List.of("", "x", "-2", "1.2", "1.2.x", "1.2.3.4")) {
            assertThatThrownBy(() -> broker.broker()
                            .sessions()
                            .inFlight(MessageQuery.of("c").after(cursor)))
                    .as(cursor)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cursor=" + cursor);
        }
        assertThatThrownBy(() -> MessageQuery.of("c").limit(0)).isInstanceOf(IllegalArgumentException.class);
        broker.connected(ProtocolVersion.MQTT_3_1_1, "idle");
        assertThat(queued(MessageQuery.of("idle"))).isEqualTo(new MessagePage(List.of(), 0, Optional.empty()));
    }
}
