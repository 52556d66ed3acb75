package io.maxmq.rules;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.rules.status.RuleFigures;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Rules of lambdas on messages: what they see, in which order, how often. */
class LambdaRuleTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    @Test
    void makesRecordsOfTheMessagesThatConditionsLetThrough(TestClients clients) throws Exception {
        Rule rule = rules.rule("hot")
                .from("sensor/+")
                .where(m -> m.number("t") > 40)
                .map(m -> Map.of("t", m.number("t"), "sensor", m.topicLevel(2), "by", m.clientId()))
                .to(records.sink())
                .start();
        TestClient client = clients.connect("meter");

        client.publish("sensor/cellar", "{\"t\": 12}", QoS.AT_LEAST_ONCE);
        client.publish("sensor/roof/left", "{\"t\": 99}", QoS.AT_LEAST_ONCE);
        client.publish("sensor/roof", "{\"t\": 41.5}", QoS.AT_LEAST_ONCE);

        SinkRecord record = records.next();
        assertThat(record.values()).isEqualTo(Map.of("t", 41.5, "sensor", "roof", "by", "meter"));
        assertThat(record.rule()).isEqualTo("hot");
        assertThat(record.clientId()).isEqualTo("meter");
        assertThat(record.tenant()).isEqualTo(Tenant.DEFAULT);
        Until.isTrue(() -> rule.status().figures().actionsSuccess() == 1);
        RuleFigures figures = rule.status().figures();
        assertThat(List.of(figures.matched(), figures.passed(), figures.failed(), figures.failedNoResult()))
                .isEqualTo(List.of(2L, 1L, 1L, 1L));
        assertThat(rule.status().latencies().count()).isEqualTo(2);
    }

    @Test
    void handsRecordsToALambda(TestClients clients) throws Exception {
        BlockingQueue<String> topics = new LinkedBlockingQueue<>();
        rules.rule("all")
                .from("sensor/+")
                .to(record -> topics.add(String.valueOf(record.values().get("topic"))))
                .start();

        clients.connect("meter").publish("sensor/roof", "1", QoS.AT_LEAST_ONCE);

        assertThat(topics.poll(10, TimeUnit.SECONDS)).isEqualTo("sensor/roof");
    }

    @Test
    void givesAllFieldsOfTheEventWithoutAMapping(TestClients clients) throws Exception {
        rules.rule("all").from("#").to(records.sink()).start();

        clients.connect("c")
                .publish(Message.builder("a/b")
                        .payload("text")
                        .qos(QoS.EXACTLY_ONCE)
                        .contentType("text/plain")
                        .userProperty("k", "v")
                        .build());

        Map<String, Object> values = Map.copyOf(records.values());
        assertThat(values)
                .containsEntry("event", "message.publish")
                .containsEntry("clientid", "c")
                .containsEntry("payload", "text")
                .containsEntry("topic", "a/b")
                .containsEntry("qos", 2L)
                .containsEntry("peerhost", "127.0.0.1")
                .containsEntry("flags", Map.of("dup", false, "retain", false))
                .containsEntry(
                        "pub_props",
                        Map.of(
                                "Content-Type",
                                "text/plain",
                                "User-Property",
                                Map.of("k", "v"),
                                "User-Property-Pairs",
                                List.of(Map.of("key", "k", "value", "v"))))
                .containsKeys("id", "timestamp", "publish_received_at", "node", "peername")
                .doesNotContainKey("username");
    }

    @Test
    void goesOnWhenAnotherBrokerIsStartedWithItsEngine(TestClients clients) throws Exception {
        rules.rule("all").from("#").to(records.sink()).start();

        MaxMQBuilder another = MaxMQ.builder().allowAnonymous().extension(rules);
        assertThatThrownBy(another::start).hasMessageContaining("one rule engine serves one broker");

        clients.connect("c").publish("a", "1", QoS.AT_LEAST_ONCE);
        assertThat(records.values()).containsEntry("topic", "a");
    }

    @Test
    void keepsTheOrderOfEachClient(TestClients clients) throws Exception {
        rules.rule("all")
                .from("n/#")
                .map(m -> Map.of("n", m.number("n"), "c", m.clientId()))
                .to(records.sink())
                .start();
        TestClient one = clients.connect("one");
        TestClient two = clients.connect("two");

        for (int i = 0; i < 200; i++) {
            one.publish("n/" + i % 3, "{\"n\":" + i + "}");
            two.publish("n/" + i % 3, "{\"n\":" + i + "}");
        }

        List<SinkRecord> all = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            all.add(records.next());
        }
        List<Object> expected =
                IntStream.range(0, 200).mapToObj(i -> (Object) (double) i).toList();
        for (String client : List.of("one", "two")) {
            assertThat(all.stream()
                            .filter(each -> client.equals(each.clientId()))
                            .map(each -> each.values().get("n")))
                    .isEqualTo(expected);
        }
    }

    @Test
    void seesAMessageOnceThatSeveralSourcesSelect(TestClients clients) throws Exception {
        rules.rule("twice")
                .from("a/#", "+/b", "a/b", "a/b")
                .map(m -> Map.of("p", m.payloadText()))
                .to(records.sink())
                .start();
        TestClient client = clients.connect();

        client.publish("a/b", "1");
        client.publish("a/c", "2");
        client.publish("x/b", "3");
        client.publish("a/b", "4");

        assertThat(records.take(4, "p")).isEqualTo(List.of("1", "2", "3", "4"));
        assertThat(rules.find("twice").orElseThrow().status().figures().matched())
                .isEqualTo(4);
    }

    @Test
    void aRuleThatFailsDisturbsNeitherTheMessageNorOthers(TestClients clients) throws Exception {
        Rule bad = rules.rule("bad")
                .from("t")
                .map(m -> {
                    throw new IllegalStateException("no luck");
                })
                .to(records.sink())
                .start();
        Rule worse = rules.rule("worse")
                .from("t")
                .map(m -> Map.of("x", new Object()))
                .to(records.sink())
                .start();
        rules.rule("good")
                .from("t")
                .map(m -> Map.of("p", m.payloadText()))
                .to(records.sink())
                .start();
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("t");

        clients.connect("publisher").publish("t", "fine", QoS.AT_LEAST_ONCE);

        assertThat(subscriber.receive().text()).isEqualTo("fine");
        assertThat(records.values()).isEqualTo(Map.of("p", "fine"));
        Until.isTrue(() -> worse.status().figures().failedException() == 1);
        assertThat(bad.status().figures().failedException()).isEqualTo(1);
        assertThat(bad.status().errors()).singleElement().satisfies(error -> {
            assertThat(error.code()).isEqualTo("internal");
            assertThat(error.message()).contains("no luck");
            assertThat(error.event()).contains("\"clientid\":\"publisher\"", "\"payload\":\"fine\"");
        });
        assertThat(worse.status().errors())
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("java.lang.Object"));
    }

    @Test
    void takesArraysWithNullsAndRefusesADecimalThatNoFloatHolds(TestClients clients) throws Exception {
        rules.rule("r")
                .from("t")
                .map(m -> Map.of(
                        "a",
                        m.payloadText().isEmpty()
                                ? new BigDecimal("1e400")
                                : new @Nullable Object[] {null, m.payloadText()}))
                .to(records.sink())
                .start();
        TestClient client = clients.connect();

        client.publish("t", "");
        client.publish("t", "x");

        assertThat(records.values()).containsEntry("a", Arrays.asList(null, "x"));
        assertThat(rules.find("r").orElseThrow().status().errors())
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("finite"));
    }

    @Test
    void wantsNothingWhileDisabledOrOnceRemoved(TestClients clients) throws Exception {
        Rule rule = rules.rule("r")
                .from("t")
                .map(m -> Map.of("p", m.payloadText()))
                .to(records.sink())
                .disabled()
                .start();
        TestClient client = clients.connect();

        client.publish("t", "1", QoS.AT_LEAST_ONCE);
        rule.enable();
        client.publish("t", "2", QoS.AT_LEAST_ONCE);
        rule.disable();
        client.publish("t", "3", QoS.AT_LEAST_ONCE);
        rule.enable();
        client.publish("t", "4", QoS.AT_LEAST_ONCE);
        assertThat(records.take(2, "p")).isEqualTo(List.of("2", "4"));
        assertThat(rule.remove()).isTrue();
        client.publish("t", "5", QoS.AT_LEAST_ONCE);

        assertThat(rule.remove()).isFalse();
        assertThat(rules.rules()).isEmpty();
        assertThat(records.size()).isZero();
        assertThatThrownBy(rule::status)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("id=r");
    }

    @Test
    void seesWhatTheApplicationPublishesToo(MaxMQ broker) throws Exception {
        rules.rule("r")
                .from("app/#")
                .map(m -> Map.of("p", m.payloadText(), "c", m.clientId()))
                .to(records.sink())
                .start();

        broker.publish(Message.of("app/x", "hello"));

        assertThat(records.values()).isEqualTo(Map.of("p", "hello", "c", ""));
    }

    @Test
    void givesTheMessageAsItWas(TestClients clients) throws Exception {
        BlockingQueue<Message> seen = new LinkedBlockingQueue<>();
        rules.rule("r")
                .from("m")
                .where(m -> seen.add(m.message().orElseThrow()))
                .to(records.sink())
                .start();
        Message sent = Message.builder("m")
                .payload(new byte[] {0, 1, -1})
                .qos(QoS.AT_LEAST_ONCE)
                .correlationData(new byte[] {7})
                .responseTopic("answer")
                .userProperty("a", "b")
                .build();

        clients.connect().publish(sent);

        records.next();
        Message message = seen.remove();
        assertThat(message).isEqualTo(sent);
        assertThat(message.isView()).isFalse();
        assertThat(message.userProperties()).isEqualTo(List.of(new UserProperty("a", "b")));
    }

    @Test
    void refusesWhatCanBeNoRule() {
        assertThatThrownBy(() -> rules.rule("no spaces")).hasMessageContaining("id=no spaces");
        assertThatThrownBy(() -> rules.rule("r").from("a/#/b")).hasMessageContaining("a/#/b");
        assertThatThrownBy(() -> rules.rule("r").from("$share/g/a")).hasMessageContaining("$share/g/a");
        assertThatThrownBy(() -> rules.rule("r").from("$events/client/hopped")).hasMessageContaining("hopped");
        assertThatThrownBy(() -> rules.rule("r").start()).hasMessageContaining("source");
        assertThatThrownBy(() -> rules.rule("r").from("a").to("nowhere").start())
                .hasMessageContaining("nowhere");
        rules.rule("r").from("a").start();
        assertThatThrownBy(() -> rules.rule("r").from("b").start()).hasMessageContaining("there already");
        assertThat(rules.rules()).hasSize(1);
    }
}
