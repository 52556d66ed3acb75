package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.Interceptor;
import io.maxmq.spi.intercept.Recipient;
import io.maxmq.spi.intercept.RecipientInterceptor;
import io.maxmq.spi.intercept.SharedMemberInterceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Who gets a message, as interceptors decide. */
class RecipientInterceptorTest {
    private static TestBroker broker(Interceptor interceptor) {
        // On several loops, so that recipients are asked about and chosen across them.
        return TestBroker.start(
                builder -> builder.loops(3).listener(Listener.tcp(0)).interceptor(interceptor));
    }

    private static List<TestClient> subscribers(TestBroker broker, String filter, String... ids) {
        List<TestClient> clients = new ArrayList<>();
        for (String id : ids) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect(id, true);
            client.subscribe(filter, QoS.AT_LEAST_ONCE);
            clients.add(client);
        }
        return clients;
    }

    private static Message message(String payload) {
        return Message.builder("a").payload(payload).qos(QoS.AT_LEAST_ONCE).build();
    }

    @Test
    void whoIsLeftOutGetsNothingAndIsToldOf() {
        List<String> asked = new CopyOnWriteArrayList<>();
        RecipientInterceptor notSecond = (recipient, message) -> {
            asked.add(recipient.clientId() + " " + recipient.topicFilter() + " " + recipient.online() + " "
                    + message.payloadText());
            return recipient.clientId().equals("second") ? Decision.drop() : Decision.proceed();
        };
        try (TestBroker broker = broker(notSecond)) {
            List<TestClient> clients = subscribers(broker, "a", "first", "second", "third");

            PublishResult result = broker.publish(message("x"));

            clients.get(0).expectMessage("a", "x");
            clients.get(2).expectMessage("a", "x");
            clients.get(1).expectNothing();
            assertThat(result.dropped()).containsEntry(DropReason.INTERCEPTED, 1);
            assertThat(broker.events().await(MessageDropped.class).clientId()).isEqualTo("second");
            assertThat(asked).containsExactlyInAnyOrder("first a true x", "second a true x", "third a true x");
        }
    }

    @Test
    void aSessionWhoseClientIsAwayIsAskedAboutBeforeAnythingIsQueued() {
        RecipientInterceptor onlineOnly =
                (recipient, message) -> recipient.online() ? Decision.proceed() : Decision.drop();
        try (TestBroker broker = broker(onlineOnly)) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_3_1_1);
            client.connect("c", false);
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            client.disconnect();
            broker.awaitDisconnected("c");

            broker.publish(message("x"));

            broker.events().await(MessageDropped.class, each -> each.reason() == DropReason.INTERCEPTED);
            TestClient again = broker.tcpClient(ProtocolVersion.MQTT_3_1_1);
            assertThat(again.connect("c", false).sessionPresent()).isTrue();
            again.expectNothing();
        }
    }

    @Test
    void oneThatThrowsLeavesItsRecipientOutAndIsNamed() {
        RecipientInterceptor bad = new RecipientInterceptor() {
            @Override
            public Decision.OfRecipient<Message> onRecipient(Recipient recipient, Message message) {
                if (recipient.clientId().equals("first")) {
                    throw new IllegalStateException("bad");
                }
                return Decision.proceed();
            }

            @Override
            public String name() {
                return "bad";
            }
        };
        try (TestBroker broker = broker(bad)) {
            List<TestClient> clients = subscribers(broker, "a", "first", "second");

            broker.publish(message("x"));

            clients.get(1).expectMessage("a", "x");
            clients.get(0).expectNothing();
            PluginFailed failed = broker.events().await(PluginFailed.class);
            assertThat(failed.plugin()).isEqualTo("bad");
            assertThat(failed.operation()).isEqualTo("onRecipient");
        }
    }

    @Test
    void theMemberOfASharedSubscriptionIsChosen() {
        List<List<Recipient>> asked = new CopyOnWriteArrayList<>();
        SharedMemberInterceptor byTopic = (candidates, message) -> {
            asked.add(candidates);
            return candidates.stream()
                    .filter(each -> each.clientId().equals(message.payloadText()))
                    .findFirst();
        };
        try (TestBroker broker = broker(byTopic)) {
            List<TestClient> members = subscribers(broker, "$share/g/a", "first", "second", "third");
            TestClient publisher = broker.tcpClient(ProtocolVersion.MQTT_5);
            publisher.connect("publisher", true);

            for (int i = 0; i < 5; i++) {
                publisher.publish("a", "second", QoS.AT_LEAST_ONCE);
            }

            for (int i = 0; i < 5; i++) {
                assertThat(members.get(1).expect(Publish.class).topic()).isEqualTo("a");
            }
            members.get(0).expectNothing();
            members.get(2).expectNothing();
            assertThat(asked).hasSize(5);
            assertThat(asked.get(0))
                    .extracting(Recipient::clientId)
                    .containsExactlyInAnyOrder("first", "second", "third");
            assertThat(asked.get(0)).allMatch(each -> each.topicFilter().equals("$share/g/a") && each.online());
        }
    }

    @Test
    void withoutAChoiceItIsTheNextOnesTurn() {
        SharedMemberInterceptor undecided = (candidates, message) -> Optional.empty();
        SharedMemberInterceptor strange = (candidates, message) ->
                Optional.of(new Recipient(candidates.get(0).tenant(), "nobody", "$share/g/a", QoS.AT_MOST_ONCE, true));
        SharedMemberInterceptor bad = (candidates, message) -> {
            throw new IllegalStateException("bad");
        };
        for (SharedMemberInterceptor each : List.of(undecided, strange, bad)) {
            try (TestBroker broker = broker(each)) {
                List<TestClient> members = subscribers(broker, "$share/g/a", "first", "second");

                broker.publish(message("x"));
                broker.publish(message("y"));

                assertThat(members).allSatisfy(member -> member.expect(Publish.class));
                if (each != undecided) {
                    assertThat(broker.events().await(PluginFailed.class).failure())
                            .isEqualTo(each == bad ? Failure.THREW : Failure.INVALID_ANSWER);
                }
            }
        }
    }
}
