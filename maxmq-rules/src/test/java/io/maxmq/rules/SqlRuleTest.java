package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.ReceivedMessage;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.rules.action.RepublishSink;
import io.maxmq.rules.error.StatementException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Rules of SQL in a broker: messages and events in, records out. What the language means is tested beside it. */
class SqlRuleTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    @Test
    void selectsFromMessagesAndRepublishes(TestClients clients) {
        rules.rule("hot")
                .sql("SELECT payload.t AS t, clientid FROM \"sensor/+\" WHERE payload.t > 40")
                .to(RepublishSink.to("alarms/${clientid}"))
                .start();
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("alarms/#");
        TestClient meter = clients.connect("meter");

        meter.publish("sensor/1", "{\"t\": 12}", QoS.AT_LEAST_ONCE);
        meter.publish("sensor/1", "{\"t\": 42}", QoS.AT_LEAST_ONCE);

        ReceivedMessage delivery = subscriber.receive();
        assertThat(delivery.topic()).isEqualTo("alarms/meter");
        assertThat(delivery.text()).isEqualTo("{\"t\":42,\"clientid\":\"meter\"}");
    }

    @Test
    void rulesOnOneMessageReadTheirOwnPathsOfIt(TestClients clients) throws Exception {
        for (int i = 0; i < 20; i++) {
            rules.rule("r" + i)
                    .sql("SELECT payload.v" + i + " AS v, payload.all AS a, " + i + " AS i FROM \"many/+\", \"#\" "
                            + "WHERE payload.v" + i + " >= 0")
                    .to(records.sink())
                    .start();
        }
        rules.rule("bad").sql("SELECT payload.v1 AS v FROM \"many/+\"").start();
        TestClient client = clients.connect();

        client.publish("many/1", "{\"v3\":3,\"v7\":7,\"all\":{\"x\":[1]},\"v19\":-1,\"v0\":\"0\"}");
        client.publish("many/2", "no JSON");
        client.publish("many/1", "{\"v5\":5}");

        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(new HashMap<>(records.values()));
        }
        Map<String, Object> x = Map.of("x", List.of(1L));
        Map<String, Object> last = new HashMap<>();
        last.put("v", 5L);
        last.put("a", null);
        last.put("i", 5L);
        assertThat(all)
                .containsExactly(
                        Map.of("v", "0", "a", x, "i", 0L),
                        Map.of("v", 3L, "a", x, "i", 3L),
                        Map.of("v", 7L, "a", x, "i", 7L),
                        last);
        Until.isTrue(() -> rules.find("r4").orElseThrow().status().figures().failedException() == 1);
        Until.isTrue(() -> rules.find("bad").orElseThrow().status().figures().matched() == 3);
        assertThat(rules.find("r4").orElseThrow().status().figures().matched()).isEqualTo(3);
    }

    @Test
    void aFastRuleLooksNoFurtherThanItHasTo(TestClients clients) throws Exception {
        rules.rule("fast")
                .sql("SELECT payload.a AS a FROM \"f\"")
                .fastJson()
                .to(records.sink())
                .start();
        Rule strict = rules.rule("strict")
                .sql("SELECT payload.a AS a FROM \"f\"")
                .to(records.sink())
                .start();
        TestClient client = clients.connect();

        client.publish("f", "{\"a\":1, and no JSON");
        client.publish("f", "{\"a\":2}");

        assertThat(records.take(3, "a")).isEqualTo(List.of(1L, 2L, 2L));
        assertThat(strict.status().figures().failedException()).isEqualTo(1);
    }

    @Test
    void aRecordThatIsNestedTooDeepToBeWrittenIsItsOwnRulesFailureAlone(TestClients clients) throws Exception {
        Rule deep = rules.rule("deep")
                .sql("SELECT map_put(payload.path, payload.value, map_new()) AS v FROM \"t\"")
                .to(records.sink())
                .start();
        Rule each = rules.rule("each")
                .sql("FOREACH [1..2] AS n DO n, map_put(payload.path, payload.value, map_new()) AS v FROM \"t\"")
                .to(records.sink())
                .start();
        rules.rule("plain").sql("SELECT 1 AS v FROM \"t\"").to(records.sink()).start();
        String path = "a.".repeat(500) + "a";
        String value = "[".repeat(510) + "]".repeat(510);

        clients.connect().publish("t", "{\"path\":\"" + path + "\",\"value\":" + value + "}");

        assertThat(records.values()).isEqualTo(Map.of("v", 1L));
        assertThat(deep.status().figures().matched()).isEqualTo(1);
        assertThat(deep.status().figures().passed()).isZero();
        assertThat(deep.status().figures().failedException()).isEqualTo(1);
        assertThat(deep.status().errors())
                .singleElement()
                .satisfies(error -> assertThat(error.code()).isEqualTo("limit_exceeded"));
        assertThat(each.status().figures().failedException()).isEqualTo(1);
        assertThat(each.status().figures().actionsTotal()).isZero();
    }

    @Test
    void selectsFromEventsAndKnowsItsOwnName(TestClients clients) throws Exception {
        rules.rule("who")
                .sql("SELECT event, clientid AS c, metadata.rule_id AS r FROM \"$events/client/connected\"")
                .to(records.sink())
                .start();

        clients.connect("somebody");

        assertThat(records.values()).isEqualTo(Map.of("event", "client.connected", "c", "somebody", "r", "who"));
    }

    @Test
    void makesARecordOfEachElement(TestClients clients) throws Exception {
        rules.rule("each")
                .sql("FOREACH payload.values AS v DO v.n AS n INCASE v.n > 1 FROM \"t\"")
                .to(records.sink())
                .start();

        clients.connect().publish("t", "{\"values\":[{\"n\":1},{\"n\":2},{\"n\":3}]}");

        assertThat(records.take(2, "n")).isEqualTo(List.of(2L, 3L));
    }

    @Test
    void keepsAnErrorWithItsPlace(TestClients clients) throws Exception {
        Rule rule = rules.rule("wrong")
                .sql("SELECT upper(payload.n) AS u FROM \"t\"")
                .to(records.sink())
                .start();

        clients.connect().publish("t", "{\"n\":[]}", QoS.AT_LEAST_ONCE);

        Until.isTrue(() -> rule.status().figures().failedException() == 1);
        assertThat(rule.status().errors()).singleElement().satisfies(error -> {
            assertThat(error.code()).isEqualTo("bad_argument");
            assertThat(error.message()).contains("select, line 1, column 8", "upper");
        });
        assertThat(rule.status().figures().failures()).isEqualTo(Map.of("bad_argument", 1L));
    }

    @Test
    void keepsTheLastEvaluations(TestClients clients) throws Exception {
        Rule rule = rules.rule("seen")
                .sql("SELECT 1 AS x FROM \"t/#\" WHERE payload = 'yes'")
                .to(records.sink())
                .start();
        TestClient client = clients.connect("c");

        client.publish("t/1", "no", QoS.AT_LEAST_ONCE);
        client.publish("t/2", "yes", QoS.AT_LEAST_ONCE);
        records.next();

        assertThat(rule.status().samples()).hasSize(2);
        assertThat(rule.status().samples().get(0).records()).isZero();
        assertThat(rule.status().samples().get(1).topic()).isEqualTo("t/2");
        assertThat(rule.status().samples().get(1).clientId()).isEqualTo("c");
        assertThat(rule.status().samples().get(1).records()).isEqualTo(1);
    }

    @Test
    void remembersInKeyValuesOfItsTenant(TestClients clients) throws Exception {
        rules.rule("count")
                .sql("SELECT kv_put('n', kv_get('n', 0) + 1) AS n FROM \"t\"")
                .to(records.sink())
                .start();
        TestClient client = clients.connect();

        client.publish("t", "a");
        client.publish("t", "b");

        assertThat(records.take(2, "n")).isEqualTo(List.of(1L, 2L));
    }

    @Test
    void callsFunctionsOfTheProgram(TestClients clients) throws Exception {
        rules.function("c2f", double.class, c -> c * 1.8 + 32)
                .function("my.join", String.class, long.class, (text, n) -> text + n)
                .function("broken", Object.class, any -> {
                    throw new IllegalStateException("no");
                });
        rules.rule("f")
                .sql("SELECT c2f(payload.c) AS f, my.join('x', 7) AS j FROM \"t\"")
                .to(records.sink())
                .start();
        Rule wrong = rules.rule("wrong").sql("SELECT c2f('x') AS f FROM \"t\"").start();
        Rule broken =
                rules.rule("broken").sql("SELECT BROKEN(1) AS f FROM \"t\"").start();

        clients.connect().publish("t", "{\"c\": 100}");

        assertThat(records.values()).isEqualTo(Map.of("f", 212.0, "j", "x7"));
        Until.isTrue(() ->
                !broken.status().errors().isEmpty() && !wrong.status().errors().isEmpty());
        assertThat(wrong.status().errors().get(0).message()).contains("c2f", "argument 1 must be double");
        assertThat(broken.status().errors().get(0).code()).isEqualTo("internal");
        assertThatThrownBy(() -> rules.rule("g").sql("SELECT c2f() FROM \"t\"")).isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> rules.function("upper", String.class, text -> text))
                .hasMessageContaining("upper");
        assertThatThrownBy(() -> rules.function("x", Thread.class, text -> text))
                .hasMessageContaining("Thread");
    }

    @Test
    void givesFunctionsOfAnyObjectNullWhereThereIsNothing(TestClients clients) throws Exception {
        rules.function("shown", Object.class, String::valueOf);
        rules.rule("f")
                .sql("SELECT shown(payload.x) AS x, shown(payload.n) AS n, shown(payload.c) AS c FROM \"t\"")
                .to(records.sink())
                .start();

        clients.connect().publish("t", "{\"c\": 1, \"n\": null}");

        assertThat(records.values()).isEqualTo(Map.of("x", "null", "n", "null", "c", "1"));
    }

    @Test
    void triesAStatementWithEveryValueOnTheWay(TestClients clients) throws Exception {
        TestResult hot = rules.test(
                "SELECT payload.t + 1 AS t FROM \"sensor/+\" WHERE t > 40",
                SampleEvent.message("sensor/1", "{\"t\": 41}"));

        assertThat(hot.isSelected()).isTrue();
        assertThat(hot.records()).isEqualTo(List.of(Map.of("t", 42L)));
        assertThat(hot.error()).isEmpty();
        assertThat(hot.values())
                .contains(new TestResult.Value(1, 8, "payload.t", 41L), new TestResult.Value(1, 51, "t > 40", true));

        TestResult other = rules.test(
                "SELECT * FROM \"$events/client/connected\" WHERE clientid = 'x'",
                SampleEvent.of("$events/client/connected", Map.of("clientid", "x", "keepalive", 5)));
        assertThat(other.isSelected()).isTrue();
        assertThat(other.records())
                .singleElement()
                .satisfies(record -> assertThat(record)
                        .containsEntry("clientid", "x")
                        .containsEntry("keepalive", 5L)
                        .containsEntry("event", "client.connected"));

        TestResult failed = rules.test("SELECT 1 / 0 AS x FROM \"a\"", SampleEvent.message("b", ""));
        assertThat(failed.isSelected()).isFalse();
        assertThat(failed.error())
                .hasValueSatisfying(e -> assertThat(e.code().name()).isEqualTo("ARITHMETIC"));
        assertThat(clients).isNotNull();
    }

    @Test
    void refusesAStatementThatCanBeNoRule() {
        assertThatThrownBy(() -> rules.rule("r").sql("SELECT uper(a) FROM \"t\""))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("line 1, column 8")
                .hasMessageContaining("upper");
        assertThatThrownBy(() -> rules.rule("r").sql("SELECT a FROM \"$events/client/conected\""))
                .isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> rules.rule("r").sql("SELECT a FROM \"t\"").from("x"))
                .isInstanceOf(IllegalStateException.class);
    }
}
