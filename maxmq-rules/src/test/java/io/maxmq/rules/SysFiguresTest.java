package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.ReceivedMessage;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.junit.VirtualClock;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Figures of the engine below {@code $SYS/broker/rules/}. */
class SysFiguresTest {
    private final RuleEngine rules = RuleEngine.create();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .virtualClock()
            .customize(broker -> broker.extension(rules))
            .build();

    @Test
    void publishesLostEventsAndRecords(TestClients clients, VirtualClock clock) throws Exception {
        rules.rule("fails").sql("SELECT payload.a AS a FROM \"t\"").start();
        rules.sink(
                "away",
                new Sink() {
                    @Override
                    public String name() {
                        return "away";
                    }

                    @Override
                    public CompletionStage<BatchResult> write(SinkBatch batch) {
                        return CompletableFuture.completedFuture(BatchResult.all(batch, RecordResult.retry("away")));
                    }
                },
                Buffering.DEFAULTS
                        .attempts(1, Duration.ofSeconds(1), Duration.ofSeconds(1))
                        .opensAfter(1));
        Rule rejected = rules.rule("rejected")
                .sql("SELECT 1 AS a FROM \"t\"")
                .to("away")
                .start();
        TestClient publisher = clients.connect("publisher");
        publisher.publish("t", "no JSON", QoS.AT_LEAST_ONCE);
        Until.isTrue(() -> rejected.status().figures().actionsFailed() == 1);
        Until.isTrue(() -> rules.find("fails").orElseThrow().status().figures().failedException() == 1);

        clock.advance(Duration.ofSeconds(10));

        TestClient reader = clients.connect("reader");
        reader.subscribe("$SYS/broker/rules/#");
        Map<String, String> figures = new TreeMap<>();
        while (figures.size() < 8) {
            ReceivedMessage delivery = reader.receive();
            figures.put(delivery.topic().substring("$SYS/broker/rules/".length()), delivery.text());
        }
        assertThat(figures)
                .isEqualTo(Map.of(
                        "count", "2",
                        "events/waiting", "0",
                        "events/failed", "1",
                        "events/missed", "0",
                        "records/rejected", "1",
                        "records/discarded", "0",
                        "sinks/count", "1",
                        "sinks/down", "1"));
    }
}
