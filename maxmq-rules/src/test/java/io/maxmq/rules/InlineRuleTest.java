package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.config.TopicRewrite;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.ReceivedMessage;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Rules that change, drop and reject messages before they are routed. */
class InlineRuleTest {
    private final RuleEngine rules = RuleEngine.builder().inlineRules(true).build();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules).topicRewrite(TopicRewrite.of("alias/#", "checked/{#}")))
            .build();

    private static TestClient subscriber(TestClients clients) {
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("#", QoS.EXACTLY_ONCE);
        return subscriber;
    }

    @Test
    void changesAMessageByTheRecord(TestClients clients) {
        rules.rule("t")
                .sql(
                        "SELECT 'new/' || topic(2) AS topic, payload, payload.t AS payload.celsius, 1 AS qos, true AS retain, "
                                + "map_put('by', clientid, map_new()) AS user_properties FROM \"old/+\" WHERE payload.t > 0")
                .inline(InlineAction.transform())
                .start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        publisher.publish("old/x", "{\"t\":5}", QoS.EXACTLY_ONCE);
        publisher.publish("old/x", "{\"t\":-5}");

        ReceivedMessage changed = subscriber.receive();
        assertThat(changed.topic()).isEqualTo("new/x");
        assertThat(changed.text()).isEqualTo("{\"t\":5,\"celsius\":5}");
        assertThat(changed.message().qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(changed.message().userProperties()).isEqualTo(List.of(new UserProperty("by", "publisher")));
        ReceivedMessage same = subscriber.receive();
        assertThat(same.topic()).isEqualTo("old/x");
        assertThat(same.text()).isEqualTo("{\"t\":-5}");
    }

    @Test
    void eachSeesWhatTheOneBeforeHasMade(TestClients clients) {
        for (String each : List.of("1", "2", "3")) {
            rules.rule("r" + each)
                    .from("t")
                    .map(m -> Map.of("payload", m.payloadText() + each))
                    .inline(InlineAction.transform())
                    .start();
        }
        TestClient subscriber = subscriber(clients);

        clients.connect().publish("t", "0");

        assertThat(subscriber.receive().text()).isEqualTo("0123");
    }

    @Test
    void keepTheirOrderWhateverIsDisabledReplacedOrRenamedMeanwhile(TestClients clients) {
        for (String each : List.of("1", "2", "3")) {
            rules.rule("r" + each)
                    .sql("SELECT payload || '" + each + "' AS payload, 'b' AS topic FROM \"a\", \"b\"")
                    .inline(InlineAction.transform())
                    .start();
        }
        rules.rule("late")
                .sql("SELECT payload || '!' AS payload FROM \"b\"")
                .inline(InlineAction.transform())
                .start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        rules.find("r1").orElseThrow().disable();
        publisher.publish("a", "", QoS.AT_LEAST_ONCE);
        assertThat(subscriber.receive().text()).isEqualTo("23!");
        rules.find("r1").orElseThrow().enable();
        rules.rule("r2")
                .sql("SELECT payload || 'two' AS payload FROM \"#\"")
                .inline(InlineAction.transform())
                .replace();
        publisher.publish("a", "", QoS.AT_LEAST_ONCE);
        assertThat(subscriber.receive().text()).isEqualTo("1two3!");
    }

    @Test
    void thousandsAreFoundByTheirTopics(TestClients clients) {
        List<RuleBuilder> gates = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            gates.add(rules.rule("gate-" + i)
                    .from("gate/" + i, "+/gate/" + i + "/#")
                    .inline(InlineAction.reject(ReasonCode.NOT_AUTHORIZED)));
        }
        rules.startAll(gates);
        TestClient client = clients.connect("c");

        client.publish("gate/x", "passes", QoS.AT_LEAST_ONCE);
        assertThatThrownBy(() -> client.publish("gate/9999", "x", QoS.AT_LEAST_ONCE))
                .hasMessageContaining("NOT_AUTHORIZED");
        assertThatThrownBy(() -> client.publish("a/gate/7/b/c", "x", QoS.AT_LEAST_ONCE))
                .hasMessageContaining("NOT_AUTHORIZED");
        rules.find("gate-9999").orElseThrow().remove();
        client.publish("gate/9999", "passes", QoS.AT_LEAST_ONCE);
        assertThat(rules.find("gate-7").orElseThrow().status().figures().matched())
                .isEqualTo(1);
    }

    @Test
    void rejectsAndDrops(TestClients clients) {
        rules.rule("require")
                .from("checked/+")
                .where(m -> m.value("t") instanceof Number)
                .inline(InlineAction.require(ReasonCode.PAYLOAD_FORMAT_INVALID))
                .start();
        rules.rule("drop").from("+/secret").inline(InlineAction.drop()).start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        assertThatThrownBy(() -> publisher.publish("checked/a", "no", QoS.AT_LEAST_ONCE))
                .hasMessageContaining("PAYLOAD_FORMAT_INVALID");
        publisher.publish("a/secret", "x", QoS.AT_LEAST_ONCE);
        publisher.publish("checked/b", "{\"t\":1}", QoS.AT_LEAST_ONCE);

        assertThat(subscriber.receive().topic()).isEqualTo("checked/b");
        assertThat(rules.find("require").orElseThrow().status().figures().matched())
                .isEqualTo(2);
        assertThat(rules.find("require").orElseThrow().status().figures().passed())
                .isEqualTo(1);
    }

    @Test
    void judgesADelayedMessageByTheTopicThatItIsFor(TestClients clients) {
        rules.rule("require")
                .from("checked/+")
                .where(m -> m.value("t") instanceof Number)
                .inline(InlineAction.require(ReasonCode.PAYLOAD_FORMAT_INVALID))
                .start();
        rules.rule("rename")
                .sql("SELECT 'new/' || topic(2) AS topic FROM \"old/+\"")
                .inline(InlineAction.transform())
                .start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        // A name that settings rewrite is judged as what it becomes, now or later.
        for (String each : List.of("$delayed/1/checked/a", "alias/a", "$delayed/1/alias/a")) {
            assertThatThrownBy(() -> publisher.publish(each, "no", QoS.AT_LEAST_ONCE))
                    .as(each)
                    .hasMessageContaining("PAYLOAD_FORMAT_INVALID");
        }
        publisher.publish("$delayed/1/old/a", "x", QoS.AT_LEAST_ONCE);

        assertThat(subscriber.receive().topic()).isEqualTo("new/a");
    }

    @Test
    void aMessageOnWhichItFailsPasses(TestClients clients) {
        rules.rule("open")
                .sql("SELECT 1 / 0 AS x FROM \"open\"")
                .inline(InlineAction.drop())
                .start();
        rules.rule("bad-topic")
                .sql("SELECT 'a/#' AS topic FROM \"topic\"")
                .inline(InlineAction.transform())
                .start();
        rules.rule("bad-property")
                .sql("SELECT object('p', payload) AS user_properties FROM \"property\"")
                .inline(InlineAction.transform())
                .start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        publisher.publish("open", "x");
        publisher.publish("topic", "x");

        assertThat(subscriber.receive().topic()).isEqualTo("open");
        assertThat(subscriber.receive().topic()).isEqualTo("topic");
        assertThat(rules.find("bad-topic").orElseThrow().status().errors()).hasSize(1);
        for (String each : List.of("a\0b", "\u00e9".repeat(40_000))) {
            publisher.publish("property", each);
            assertThat(subscriber.receive().text()).isEqualTo(each);
        }
        assertThat(rules.find("bad-property").orElseThrow().status().figures().failedException())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("failingClosed")
    void aRuleThatFailsClosedAnswersItsOwnReasonCode(InlineAction inline, String answer, TestClients clients) {
        rules.rule("closed")
                .sql("SELECT 1 / 0 AS x FROM \"closed\"")
                .inline(inline)
                .start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        if (answer.isEmpty()) {
            publisher.publish("closed", "x", QoS.AT_LEAST_ONCE);
        } else {
            assertThatThrownBy(() -> publisher.publish("closed", "x", QoS.AT_LEAST_ONCE))
                    .hasMessageContaining(answer);
        }

        publisher.publish("other", "x");
        assertThat(subscriber.receive().topic()).isEqualTo("other");
    }

    static Stream<Arguments> failingClosed() {
        return Stream.of(
                Arguments.of(
                        InlineAction.require(ReasonCode.PAYLOAD_FORMAT_INVALID).failClosed(), "PAYLOAD_FORMAT_INVALID"),
                Arguments.of(InlineAction.reject(ReasonCode.NOT_AUTHORIZED).failClosed(), "NOT_AUTHORIZED"),
                Arguments.of(InlineAction.requireOrDrop().failClosed(), ""),
                Arguments.of(InlineAction.drop().failClosed(), ""),
                Arguments.of(InlineAction.transform().failClosed(), "IMPLEMENTATION_SPECIFIC_ERROR"),
                Arguments.of(
                        InlineAction.transform().failClosed(ReasonCode.PAYLOAD_FORMAT_INVALID),
                        "PAYLOAD_FORMAT_INVALID"));
    }

    @Test
    void aSlowRuleThatFailsClosedIsNotPassedBy(TestClients clients) {
        Rule slow = rules.rule("slow")
                .from("t")
                .where(m -> spin())
                .inline(InlineAction.reject(ReasonCode.NOT_AUTHORIZED).failClosed())
                .start();
        TestClient publisher = clients.connect("publisher");

        for (int i = 0; i < 12; i++) {
            assertThatThrownBy(() -> publisher.publish("t", "no", QoS.AT_LEAST_ONCE))
                    .hasMessageContaining("NOT_AUTHORIZED");
        }

        assertThat(slow.status().suspended()).isEmpty();
        assertThat(slow.status().figures().matched()).isEqualTo(12);
    }

    @Test
    void aSlowRuleIsPassedByUntilItIsEnabledAgain(TestClients clients) {
        Rule slow = rules.rule("slow")
                .from("t")
                .where(m -> spin())
                .inline(InlineAction.drop())
                .start();
        TestClient subscriber = subscriber(clients);
        TestClient publisher = clients.connect("publisher");

        for (int i = 0; i < 5; i++) {
            publisher.publish("t", "dropped", QoS.AT_LEAST_ONCE);
        }
        assertThat(slow.status().suspended()).contains("1 ms");
        publisher.publish("t", "passed", QoS.AT_LEAST_ONCE);
        assertThat(subscriber.receive().text()).isEqualTo("passed");
        slow.enable();
        publisher.publish("t", "dropped", QoS.AT_LEAST_ONCE);

        assertThat(slow.status().suspended()).isEmpty();
        assertThat(slow.status().figures().matched()).isEqualTo(6);
    }

    /** Takes more than a millisecond, whatever the machine. */
    private static boolean spin() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return true;
    }

    @Test
    void aRuleMayTurnIntoAnInlineOneAndBack(TestClients clients) throws Exception {
        Records records = new Records();
        rules.rule("r")
                .from("t")
                .map(m -> Map.of("p", m.payloadText()))
                .to(records.sink())
                .start();
        TestClient publisher = clients.connect("publisher");

        publisher.publish("t", "1", QoS.AT_LEAST_ONCE);
        rules.rule("r").from("t").inline(InlineAction.drop()).replace();
        publisher.publish("t", "2", QoS.AT_LEAST_ONCE);
        rules.rule("r")
                .from("t")
                .map(m -> Map.of("p", m.payloadText()))
                .to(records.sink())
                .replace();
        publisher.publish("t", "3", QoS.AT_LEAST_ONCE);

        assertThat(records.take(2, "p")).isEqualTo(List.of("1", "3"));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> rules.rule("r")
                        .from("t")
                        .to("x")
                        .inline(InlineAction.drop())
                        .start())
                .hasMessageContaining("no sinks");
        assertThatThrownBy(() -> rules.rule("r")
                        .from("$events/client/connected")
                        .inline(InlineAction.drop())
                        .start())
                .hasMessageContaining("messages as sources");
        assertThatThrownBy(() -> InlineAction.reject(ReasonCode.SUCCESS)).hasMessageContaining("SUCCESS");
    }
}
