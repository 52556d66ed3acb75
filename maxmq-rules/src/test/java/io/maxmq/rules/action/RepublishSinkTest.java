package io.maxmq.rules.action;

import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.ReceivedMessage;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.rules.Rule;
import io.maxmq.rules.RuleEngine;
import io.maxmq.rules.Until;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Messages that rules publish: their parts, and that rules that feed one another end. */
class RepublishSinkTest {
    private final RuleEngine rules = RuleEngine.create();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    @Test
    void publishesTheRecordToTheTopicOfTheTemplate(TestClients clients) {
        rules.rule("hot")
                .from("sensor/+")
                .map(m -> Map.of("clientid", m.clientId(), "t", m.number("t")))
                .to(RepublishSink.to("alarms/${clientid}").qos(QoS.AT_LEAST_ONCE))
                .start();
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("alarms/#", QoS.EXACTLY_ONCE);

        clients.connect("meter").publish("sensor/1", "{\"t\": 42}");

        ReceivedMessage delivery = subscriber.receive();
        assertThat(delivery.topic()).isEqualTo("alarms/meter");
        assertThat(delivery.text()).contains("\"clientid\":\"meter\"", "\"t\":42.0");
        assertThat(delivery.message().qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(delivery.message().userProperties()).isEqualTo(List.of(new UserProperty("maxmq-hops", "1")));
    }

    @Test
    void writesAllPartsOfAMessage(TestClients clients) {
        rules.rule("copy")
                .from("in")
                .to(RepublishSink.to("out/${topic}/$${x}")
                        .payload("${payload}")
                        .qos("${qos}")
                        .retain("${flags.retain}")
                        .userProperty("from", "${ .clientid }")
                        .contentType("${pub_props.Content-Type}")
                        .responseTopic("answers/${clientid}")
                        .correlationData("${nothing}")
                        .messageExpiry(Duration.ofMinutes(1)))
                .start();
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("out/#", QoS.EXACTLY_ONCE);
        byte[] binary = {0, -1, 5};

        clients.connect("publisher")
                .publish(Message.builder("in")
                        .payload(binary)
                        .qos(QoS.EXACTLY_ONCE)
                        .retain(true)
                        .contentType("x/y")
                        .build());

        Message message = subscriber.receive().message();
        assertThat(message.topic()).isEqualTo("out/in/${x}");
        assertThat(message.payloadBytes()).isEqualTo(binary);
        assertThat(message.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(message.contentType()).contains("x/y");
        assertThat(message.responseTopic()).contains("answers/publisher");
        assertThat(message.correlationData().orElseThrow().remaining()).isEqualTo("undefined".length());
        assertThat(message.messageExpiry())
                .hasValueSatisfying(left -> assertThat(left).isPositive());
        assertThat(message.userProperties())
                .isEqualTo(List.of(new UserProperty("from", "publisher"), new UserProperty("maxmq-hops", "1")));
        TestClient later = clients.connect("later");
        later.subscribe("out/#");
        assertThat(later.receive().message().retain()).isTrue();
    }

    @Test
    void endsRulesThatFeedOneAnother(TestClients clients) throws Exception {
        rules.rule("ping")
                .from("ping")
                .to(RepublishSink.to("pong").payload("x").maxHops(5))
                .start();
        Rule pong = rules.rule("pong")
                .from("pong")
                .to(RepublishSink.to("ping").payload("x").maxHops(5))
                .start();

        clients.connect().publish("ping", "x", QoS.AT_LEAST_ONCE);

        Until.isTrue(() ->
                rules.sinks().values().stream().mapToLong(SinkStatus::rejected).sum() == 1);
        assertThat(rules.sinks().values().stream()
                        .mapToLong(SinkStatus::written)
                        .sum())
                .isEqualTo(5);
        SinkStatus loser = pong.status().sinks().get(0);
        assertThat(loser.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.why()).contains("5 rules"));
        assertThat(pong.status().figures().actionsFailedUnknown()).isEqualTo(1);
    }

    @Test
    void endsARuleThatFeedsItselfByAnEvent(TestClients clients) throws Exception {
        Rule rule = rules.rule("lost")
                .from("$events/message/dropped")
                .to(RepublishSink.to("lost/again").payload("x").maxHops(3))
                .start();

        clients.connect().publish("nobody/there", "x", QoS.AT_LEAST_ONCE);

        Until.isTrue(() -> rule.status().figures().actionsFailed() == 1);
        assertThat(rule.status().figures().actionsSuccess()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("neverValid")
    void refusesWhatNoRecordCanMakeValid(ThrowingCallable making, String named) {
        assertThatThrownBy(making).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(named);
    }

    static Stream<Arguments> neverValid() {
        RepublishSink sink = RepublishSink.to("alarms/${clientid}");
        String long64 = "x".repeat(65_536);
        return Stream.of(
                refused(() -> RepublishSink.to("alarms/+"), "topic=alarms/+"),
                refused(() -> RepublishSink.to("alarms/#"), "topic=alarms/#"),
                refused(() -> RepublishSink.to("${clientid}/+/x"), "wildcard"),
                refused(() -> RepublishSink.to("a\0b/${clientid}"), "topic"),
                refused(() -> RepublishSink.to(""), "topic"),
                refused(() -> RepublishSink.to("${a b[x]}"), "${a b[x]}"),
                refused(() -> sink.payload("${a b[x]}"), "${a b[x]}"),
                refused(() -> sink.qos("3"), "qos=3"),
                refused(() -> sink.retain("yes"), "retain=yes"),
                refused(() -> sink.responseTopic("answers/+"), "responseTopic=answers/+"),
                refused(() -> sink.contentType("\0"), "contentType"),
                refused(() -> sink.contentType("${a}" + long64), "contentType"),
                refused(() -> sink.userProperty("n", "${a}\0"), "user property"),
                refused(() -> sink.userProperty(long64, "x"), "user property"));
    }

    private static Arguments refused(ThrowingCallable making, String named) {
        return Arguments.of(making, named);
    }

    @Test
    void writesAValueWhoseKeyStandsInQuotes(TestClients clients) {
        rules.rule("quoted")
                .sql("SELECT payload, pub_props.'User-Property' AS up FROM \"t\"")
                .to(RepublishSink.to("out/${up.'my key'}").payload("${payload.'a.b'}"))
                .start();
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("out/#", QoS.AT_LEAST_ONCE);

        clients.connect()
                .publish(Message.builder("t")
                        .payload("{\"a.b\":7}")
                        .userProperties(List.of(new UserProperty("my key", "x")))
                        .build());

        ReceivedMessage delivery = subscriber.receive();
        assertThat(delivery.topic()).isEqualTo("out/x");
        assertThat(delivery.text()).isEqualTo("7");
    }

    @Test
    void rejectsWhatIsNoTopicName(TestClients clients) throws Exception {
        Rule rule =
                rules.rule("wild").from("t").to(RepublishSink.to("${payload}")).start();

        clients.connect().publish("t", "a/#", QoS.AT_LEAST_ONCE);

        Until.isTrue(() -> rule.status().figures().actionsFailed() == 1);
        assertThat(rule.status().sinks().get(0).deadLetters()).hasSize(1);
    }

    @Test
    void rejectsAResponseTopicThatIsNone(TestClients clients) throws Exception {
        Rule rule = rules.rule("wild")
                .from("t")
                .to(RepublishSink.to("out").responseTopic("${payload}"))
                .start();
        TestClient client = clients.connect();
        client.subscribe("out");

        client.publish("t", "a/#", QoS.AT_LEAST_ONCE);
        client.publish("t", "a", QoS.AT_LEAST_ONCE);

        assertThat(client.receive().message().responseTopic()).hasValue("a");
        Until.isTrue(() -> rule.status().figures().actionsFailed() == 1);
    }
}
