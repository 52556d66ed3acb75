package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.TopicRewrite;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.WillPublished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules that give topics and filters other names. */
class TopicRewriteTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private @Nullable TestBroker broker;

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private TestBroker with(TopicRewrite... rules) {
        TestBroker started = TestBroker.start(builder -> {
            List.of(rules).forEach(builder::topicRewrite);
            return builder;
        });
        broker = started;
        return started;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void rewritesBothWays(ProtocolVersion version) {
        TestBroker broker = with(TopicRewrite.of("old/+/#", "new/{1}/{#}"));
        TestClient old = broker.connected(version, "old");
        TestClient other = broker.connected(version, "other");
        old.subscribe("old/+/state", QoS.AT_LEAST_ONCE);
        other.subscribe("new/7/#", QoS.AT_LEAST_ONCE);

        other.publish("old/7/state", "on", QoS.AT_MOST_ONCE);

        old.expectMessage("new/7/state", "on");
        other.expectMessage("new/7/state", "on");
        assertThat(old.unsubscribe("old/+/state").reasons())
                .isEqualTo(version.isV5() ? List.of(ReasonCode.SUCCESS) : List.of());
        other.publish("new/7/state", "off", QoS.AT_MOST_ONCE);
        other.expectMessage("new/7/state", "off");
        old.expectNothing();
    }

    @Test
    void appliesTheFirstRuleThatMatchesAndOnce() {
        TestBroker broker =
                with(TopicRewrite.of("a/1", "b/1"), TopicRewrite.of("a/#", "c/{#}"), TopicRewrite.of("b/#", "d/{#}"));
        TestClient client = broker.connected(V5, "client");
        client.subscribe("+/+", QoS.AT_MOST_ONCE);

        client.publish("a/1", "1", QoS.AT_MOST_ONCE);
        client.publish("b/1", "2", QoS.AT_MOST_ONCE);
        client.publish("a/2", "3", QoS.AT_MOST_ONCE);
        client.publish("b/1", "4", QoS.AT_MOST_ONCE);

        client.expectMessage("b/1", "1");
        client.expectMessage("d/1", "2");
        client.expectMessage("c/2", "3");
        client.expectMessage("d/1", "4");
    }

    @Test
    void isForPublishOrSubscribeAloneWhenItSaysSo() {
        TestBroker broker =
                with(TopicRewrite.ofPublish("p/#", "published/{#}"), TopicRewrite.ofSubscribe("s/#", "subscribed/{#}"));
        TestClient client = broker.connected(V5, "client");
        client.subscribe("s/1", QoS.AT_MOST_ONCE);
        client.subscribe("p/1", QoS.AT_MOST_ONCE);
        client.subscribe("published/1", QoS.AT_MOST_ONCE);

        client.publish("s/1", "to nobody", QoS.AT_MOST_ONCE);
        client.publish("subscribed/1", "a", QoS.AT_MOST_ONCE);
        client.publish("p/1", "b", QoS.AT_MOST_ONCE);

        client.expectMessage("subscribed/1", "a");
        client.expectMessage("published/1", "b");
        client.expectNothing();
    }

    @Test
    void followsTopicAliases() {
        TestBroker broker = with(TopicRewrite.of("a/#", "b/{#}"));
        TestClient client = broker.connected(V5, "client");
        client.subscribe("b/#", QoS.AT_MOST_ONCE);
        Properties alias = Properties.builder().set(PropertyId.TOPIC_ALIAS, 1).build();

        for (String topic : List.of("a/1", "", "")) {
            client.send(new Publish(false, QoS.AT_MOST_ONCE, false, topic, 0, alias, TestClient.bytes("x")));
        }

        for (int i = 0; i < 3; i++) {
            client.expectMessage("b/1", "x");
        }
    }

    @Test
    void retainsUnderTheNewName() {
        TestBroker broker = with(TopicRewrite.of("a/#", "b/{#}"));
        TestClient client = broker.connected(V5, "client");
        client.publish("a/1", "kept", QoS.AT_LEAST_ONCE, true);

        client.subscribe("a/+", QoS.AT_MOST_ONCE);

        assertThat(client.expectMessage("b/1", "kept").retain()).isTrue();
    }

    @Test
    void rewritesSharedExclusiveAndDelayed() {
        TestBroker broker = with(TopicRewrite.of("a/#", "b/{#}"));
        TestClient client = broker.connected(V5, "client");
        client.subscribe("$share/g/a/1", QoS.AT_MOST_ONCE);
        client.subscribe("$exclusive/a/2", QoS.AT_MOST_ONCE);

        client.publish("b/1", "shared", QoS.AT_MOST_ONCE);
        client.publish("b/2", "exclusive", QoS.AT_MOST_ONCE);
        client.expectMessage("b/1", "shared");
        client.expectMessage("b/2", "exclusive");
        client.publish("$delayed/5/a/1", "later", QoS.AT_LEAST_ONCE);
        broker.clock().advance(Duration.ofSeconds(5));
        client.expectMessage("b/1", "later");

        assertThat(client.unsubscribe("$exclusive/a/2").reasons()).containsExactly(ReasonCode.SUCCESS);
    }

    @Test
    void rewritesWills() {
        TestBroker broker = with(TopicRewrite.of("a/#", "b/{#}"));
        TestClient observer = broker.connected(V5, "observer");
        observer.subscribe("b/#", QoS.AT_MOST_ONCE);
        ConnectWill will =
                new ConnectWill("a/will", TestClient.bytes("dead"), QoS.AT_MOST_ONCE, false, Properties.NONE);

        broker.connected(new Connect(V5, false, true, 0, Properties.NONE, "dying", will, null, null))
                .close();

        observer.expectMessage("b/will", "dead");
    }

    @Test
    void rewritesWhatIsPublishedLaterOnce() {
        TestBroker broker = with(TopicRewrite.of("a/#", "b/{#}"), TopicRewrite.of("b/#", "c/{#}"));
        TestClient observer = broker.connected(V5, "observer");
        observer.subscribe("+/will", QoS.AT_MOST_ONCE);
        observer.subscribe("+/message", QoS.AT_MOST_ONCE);
        ConnectWill will = new ConnectWill(
                "$delayed/5/a/will", TestClient.bytes("dead"), QoS.AT_MOST_ONCE, false, Properties.NONE);

        observer.publish("$delayed/5/a/message", "later", QoS.AT_LEAST_ONCE);
        broker.connected(new Connect(V5, false, true, 0, Properties.NONE, "dying", will, null, null))
                .close();
        broker.events().await(WillPublished.class, each -> true);
        broker.clock().advance(Duration.ofSeconds(5));

        assertThat(List.of(
                        observer.expect(Publish.class).topic(),
                        observer.expect(Publish.class).topic()))
                .containsExactlyInAnyOrder("b/message", "b/will");
    }

    @Test
    void isAppliedBeforeAuthorization() {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        TestBroker asking = TestBroker.start(builder -> builder.topicRewrite(TopicRewrite.of("a/#", "b/{#}"))
                .authorizer((client, action) -> {
                    if (action instanceof Action.Publish publish) {
                        asked.add(publish.topic());
                    } else if (action instanceof Action.Subscribe subscribe) {
                        asked.add(subscribe.filter());
                    }
                    return CompletableFuture.completedFuture(Authorization.allowed());
                }));
        broker = asking;
        TestClient client = asking.connected(V5, "client");

        client.subscribe("a/+", QoS.AT_MOST_ONCE);
        client.publish("a/1", "x", QoS.AT_MOST_ONCE);

        client.expectMessage("b/1", "x");
        assertThat(asked).containsExactly("b/+", "b/1");
    }

    @Test
    void opensNoClosedTopic() {
        TestBroker broker = with(TopicRewrite.of("a/#", "$app/{#}"));

        assertThat(broker.connected(V5, "client").publish("a/1", "x", QoS.AT_LEAST_ONCE))
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void leavesAloneWhatWouldNotBeValid() {
        TestBroker broker = with(TopicRewrite.of("a/+", "dev-{1}"), TopicRewrite.of("b/#", "{#}"));
        TestClient client = broker.connected(V5, "client");
        client.subscribe("a/+", QoS.AT_MOST_ONCE); // dev-+ is no filter
        client.subscribe("b", QoS.AT_MOST_ONCE); // nor is the empty string

        client.publish("b", "1", QoS.AT_MOST_ONCE);
        client.publish("a/1", "2", QoS.AT_MOST_ONCE); // dev-1
        client.expectMessage("b", "1");
        client.expectNothing();

        SubAck answer = client.send(
                        new Subscribe(9, Properties.NONE, List.of(RequestedSubscription.of("b/#/c", QoS.AT_MOST_ONCE))))
                .expect(SubAck.class);
        assertThat(answer.reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    void leavesTheApplicationAlone() {
        TestBroker broker = with(TopicRewrite.of("a/#", "b/{#}"));
        TestClient client = broker.connected(V5, "client");
        client.subscribe("#", QoS.AT_MOST_ONCE);

        broker.publish(Message.of("a/1", "x"));

        client.expectMessage("a/1", "x");
    }
}
