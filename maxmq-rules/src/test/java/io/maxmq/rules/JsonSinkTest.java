package io.maxmq.rules;

import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Sinks that take nothing but JSON get the same records as others, though no values are made of theirs. */
class JsonSinkTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();
    private final JsonRecords json = new JsonRecords();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    @Test
    void writesWhatOthersGetAsValues(TestClients clients) throws Exception {
        String statement = "SELECT payload.t AS t, payload.t * 2 AS double, payload.name AS name, payload.all AS all, "
                + "payload.missing AS missing, clientid AS c FROM \"in/#\" WHERE t > 0";
        rules.rule("values").sql(statement).to(records.sink()).start();
        rules.rule("json").sql(statement).to(json).start();
        TestClient client = clients.connect("meter");

        client.publish("in/1", "{\"t\":-1}");
        client.publish("in/1", "{\"t\":1.50,\"name\":\"caf\\u00e9\",\"all\":{ \"x\" : [1, null] }}");
        client.publish("in/2", "no JSON");
        client.publish("in/2", "{\"t\":12,\"name\":\"\u00fcber\"}");

        assertThat(text(json.next().json()))
                .isEqualTo("{\"t\":1.5,\"double\":3.0,\"name\":\"caf\u00e9\",\"all\":{\"x\":[1,null]},"
                        + "\"missing\":null,\"c\":\"meter\"}");
        assertThat(text(records.next().json())).endsWith("\"missing\":null,\"c\":\"meter\"}");
        SinkRecord written = json.next();
        SinkRecord made = records.next();
        assertThat(text(written.json())).isEqualTo(text(made.json()));
        assertThat(written.values()).isEqualTo(made.values());
        assertThat(List.copyOf(written.values().keySet()))
                .containsExactly("t", "double", "name", "all", "missing", "c");
        Until.isTrue(() -> rules.find("json").orElseThrow().status().figures().failedException() == 1);
        assertThat(rules.find("json").orElseThrow().status().figures().passed()).isEqualTo(2);
        assertThat(rules.find("json").orElseThrow().status().figures().failedNoResult())
                .isEqualTo(1);
    }

    @Test
    void keepsBytesThatAreNoTextAmongTheValues(TestClients clients) throws Exception {
        rules.rule("json").sql("SELECT payload, 'x' AS x FROM \"in\"").to(json).start();
        byte[] binary = {0, -1, 5};

        clients.connect().publish(Message.builder("in").payload(binary).build());

        SinkRecord written = json.next();
        assertThat(text(written.json())).isEqualTo("{\"payload\":\"AP8F\",\"x\":\"x\"}");
        assertThat(written.values().get("payload")).isEqualTo(binary);
    }

    @Test
    void aRuleWithBothKindsOfSinksMakesValues(TestClients clients) throws Exception {
        rules.rule("both")
                .sql("FOREACH payload.list AS x DO x FROM \"in\"")
                .to(json)
                .to(records.sink())
                .start();

        clients.connect().publish("in", "{\"list\":[1,2]}");

        assertThat(text(json.next().json())).isEqualTo("{\"x\":1}");
        assertThat(text(json.next().json())).isEqualTo("{\"x\":2}");
        assertThat(records.values()).isEqualTo(Map.of("x", 1L));
    }

    @Test
    void leavesOutWhatIsUndefinedWhereToldSo(TestClients clients) throws Exception {
        String statement = "SELECT payload.a AS a, payload.b AS b, payload.c AS d.c, payload.n AS n FROM \"in\"";
        rules.rule("values")
                .sql(statement)
                .leaveOutUndefined()
                .to(records.sink())
                .start();
        rules.rule("json").leaveOutUndefined().sql(statement).to(json).start();
        TestClient client = clients.connect();

        client.publish("in", "{\"b\":2,\"n\":null}");
        client.publish("in", "{}");

        assertThat(text(json.next().json())).isEqualTo("{\"b\":2,\"d\":{},\"n\":null}");
        assertThat(text(json.next().json())).isEqualTo("{\"d\":{}}");
        SinkRecord made = records.next();
        assertThat(text(made.json())).isEqualTo("{\"b\":2,\"d\":{},\"n\":null}");
        assertThat(made.values()).containsOnlyKeys("b", "d", "n");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A sink that says that it takes JSON only. */
    private static final class JsonRecords implements Sink {
        @Override
        public String name() {
            return "json records";
        }

        private final BlockingQueue<SinkRecord> queue = new LinkedBlockingQueue<>();

        @Override
        public boolean takesJson() {
            return true;
        }

        @Override
        public CompletionStage<BatchResult> write(SinkBatch batch) {
            queue.addAll(batch.records());
            return CompletableFuture.completedFuture(new BatchResult(
                    batch.records().stream().map(each -> RecordResult.ok()).toList()));
        }

        SinkRecord next() throws InterruptedException {
            SinkRecord record = queue.poll(Records.DEADLINE.toSeconds(), TimeUnit.SECONDS);
            if (record == null) {
                throw new AssertionError("no record within " + Records.DEADLINE);
            }
            return record;
        }
    }
}
