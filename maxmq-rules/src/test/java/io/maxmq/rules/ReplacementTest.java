package io.maxmq.rules;

import io.maxmq.MaxMQ;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.spi.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** A rule that changes while messages come: each is seen by one version of it. */
class ReplacementTest {
    private static final int MESSAGES = 4_000;

    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    @Test
    void losesNothingAndSeesNothingTwice(MaxMQ broker) throws Exception {
        version(0);
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Integer> changing = CompletableFuture.supplyAsync(() -> {
            int version = 0;
            while (!done.get()) {
                version(++version);
            }
            return version;
        });

        for (int i = 0; i < MESSAGES; i++) {
            broker.publish(Message.of("load/one", Integer.toString(i)))
                    .toCompletableFuture()
                    .join();
        }
        done.set(true);

        List<Object> seen = new ArrayList<>(records.take(MESSAGES, "n"));
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(seen.get(i)).isEqualTo(Integer.toString(i));
        }
        assertThat(changing.join()).isPositive();
        assertThat(records.size()).isZero();
        assertThat(rules.find("r").orElseThrow().status().figures().matched()).isEqualTo(MESSAGES);
    }

    /** Sources change too: by one filter, by another that matches the same, by both. */
    private void version(int version) {
        RuleBuilder rule = rules.rule("r").map(m -> Map.of("n", m.payloadText(), "version", version));
        switch (version % 3) {
            case 0 -> rule.from("load/#");
            case 1 -> rule.from("load/+");
            default -> rule.from("+/one", "load/#");
        }
        rule.to(records.sink()).replace();
    }
}
