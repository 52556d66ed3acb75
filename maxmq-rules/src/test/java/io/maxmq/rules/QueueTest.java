package io.maxmq.rules;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What waits for rules: its bound, and whose it is. */
class QueueTest {
    private final Records records = new Records();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);

    private boolean held() {
        entered.countDown();
        try {
            return gate.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static MaxMQ broker(RuleEngine rules) {
        return MaxMQ.builder()
                .name("queue-test")
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .extension(rules)
                .start();
    }

    private RuleEngine held(SinkOverflow overflow) {
        RuleEngine rules = RuleEngine.builder()
                .lanes(1)
                .queue(3, 1 << 20)
                .overflow(overflow)
                .build();
        rules.rule("r")
                .from("t")
                .where(m -> held())
                .map(m -> Map.of("n", m.payloadText()))
                .to(records.sink())
                .start();
        return rules;
    }

    private void publish(MaxMQ broker) throws Exception {
        broker.publish(Message.of("t", "0")).toCompletableFuture().join();
        assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i < 8; i++) {
            broker.publish(Message.of("t", Integer.toString(i)))
                    .toCompletableFuture()
                    .join();
        }
        gate.countDown();
    }

    @Test
    void dropsTheOldest() throws Exception {
        RuleEngine rules = held(SinkOverflow.DROP_OLDEST);
        try (MaxMQ broker = broker(rules)) {
            publish(broker);

            // The one that is evaluated counts until it is done.
            assertThat(records.take(3, "n")).isEqualTo(List.of("0", "6", "7"));
            assertThat(rules.find("r").orElseThrow().status().figures().dropped())
                    .isEqualTo(5);
        }
    }

    @Test
    void dropsTheNewest() throws Exception {
        RuleEngine rules = held(SinkOverflow.DROP_NEWEST);
        try (MaxMQ broker = broker(rules)) {
            publish(broker);

            assertThat(records.take(3, "n")).isEqualTo(List.of("0", "1", "2"));
            assertThat(rules.find("r").orElseThrow().status().figures().dropped())
                    .isEqualTo(5);
        }
    }

    @Test
    void propertiesCountAsPayloadsDo() throws Exception {
        RuleEngine rules = RuleEngine.builder().lanes(1).queue(100, 1 << 20).build();
        rules.rule("r").from("t").where(m -> held()).start();
        Message message = Message.builder("t")
                .userProperty("name", "x".repeat(60_000))
                .userProperty("name", "x".repeat(60_000))
                .correlationData(new byte[60_000])
                .contentType("x".repeat(60_000))
                .build();
        try (MaxMQ broker = broker(rules)) {
            for (int i = 0; i < 10; i++) {
                broker.publish(message).toCompletableFuture().join();
            }
            gate.countDown();

            // Four of them are 960 KB, and a fifth is more than may wait.
            assertThat(rules.find("r").orElseThrow().status().figures().dropped())
                    .isEqualTo(6);
        }
    }

    @Test
    void closeEvaluatesWhatWaitsAndEndsItsThreads() throws Exception {
        RuleEngine rules =
                RuleEngine.builder().drainTimeout(Duration.ofSeconds(30)).build();
        rules.rule("r")
                .from("t")
                .map(m -> Map.of("n", m.payloadText()))
                .to(records.sink())
                .start();
        MaxMQ broker = broker(rules);
        for (int i = 0; i < 100; i++) {
            broker.publish(Message.of("t", "x")).toCompletableFuture().join();
        }

        broker.close();

        assertThat(records.size()).isEqualTo(100);
        Until.isTrue(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(each -> each.getName().startsWith("maxmq-queue-test-rules")));
        assertThatThrownBy(() -> rules.rule("late").from("t").start()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRuleSeesItsOwnTenantOnly() throws Exception {
        Tenant other = new Tenant("other");
        RuleEngine rules = RuleEngine.create();
        rules.rule("mine")
                .from("t")
                .map(m -> Map.of("n", m.payloadText()))
                .to(records.sink())
                .start();
        Records others = new Records();
        rules.rule("theirs")
                .from("t")
                .map(m -> Map.of("n", m.payloadText()))
                .tenant(other)
                .to(others.sink())
                .start();
        try (MaxMQ broker = broker(rules)) {
            broker.publish(other, Message.of("t", "theirs"))
                    .toCompletableFuture()
                    .join();
            broker.publish(Message.of("t", "mine")).toCompletableFuture().join();

            assertThat(records.values()).isEqualTo(Map.of("n", "mine"));
            assertThat(others.values()).isEqualTo(Map.of("n", "theirs"));
            assertThat(records.size() + others.size()).isZero();
        }
    }
}
