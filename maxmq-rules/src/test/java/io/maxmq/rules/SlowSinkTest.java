package io.maxmq.rules;

import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkContext;
import io.maxmq.rules.sink.SinkState;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A sink that takes its time to start holds up its own rule, and nothing else. */
class SlowSinkTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();
    private final Slow slow = new Slow();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    /** Starts when the test says so. */
    private static final class Slow implements Sink {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CompletableFuture<Void> started = new CompletableFuture<>();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public CompletionStage<Void> start(SinkContext context) {
            asked.countDown();
            return started;
        }

        @Override
        public CompletionStage<BatchResult> write(SinkBatch batch) {
            return CompletableFuture.completedFuture(BatchResult.ok(batch));
        }

        @Override
        public CompletionStage<Void> close() {
            closed.complete(null);
            return CompletableFuture.completedFuture(null);
        }
    }

    private CompletableFuture<Rule> starting() throws InterruptedException {
        CompletableFuture<Rule> rule = CompletableFuture.supplyAsync(
                () -> rules.rule("held").from("t").to(slow).start());
        assertThat(slow.asked.await(30, TimeUnit.SECONDS)).isTrue();
        return rule;
    }

    @Test
    void holdsUpNoOtherRuleNorStatus(TestClients clients) throws Exception {
        CompletableFuture<Rule> held = starting();

        Rule other = rules.rule("other")
                .from("t")
                .map(m -> Map.of("n", m.payloadText()))
                .to(records.sink())
                .start();
        other.disable();
        other.enable();
        TestClient client = clients.connect("c");
        client.publish("t", "1", QoS.AT_LEAST_ONCE);

        assertThat(records.values()).containsEntry("n", "1");
        assertThat(other.status().figures().matched()).isEqualTo(1);
        assertThat(rules.sinks().get("slow").state()).isEqualTo(SinkState.STARTING);
        assertThat(rules.find("held")).isEmpty();
        assertThatThrownBy(() -> rules.rule("held").from("t").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("held");
        assertThat(held).isNotDone();

        slow.started.complete(null);
        Rule rule = held.get(30, TimeUnit.SECONDS);
        client.publish("t", "2", QoS.AT_LEAST_ONCE);
        assertThat(records.values()).containsEntry("n", "2");
        Until.isTrue(() -> rule.status().figures().actionsSuccess() == 1);
    }

    @Test
    void oneThatFailsToStartLeavesNothingBehind() throws Exception {
        CompletableFuture<Rule> held = starting();

        slow.started.completeExceptionally(new IllegalStateException("no disk"));

        assertThatThrownBy(() -> held.get(30, TimeUnit.SECONDS))
                .hasStackTraceContaining("slow failed to start: no disk");
        slow.closed.get(30, TimeUnit.SECONDS);
        assertThat(rules.sinks()).isEmpty();
        rules.rule("held").from("t").to(records.sink()).start();
    }
}
