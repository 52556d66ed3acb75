package io.maxmq.rules.run;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.junit.VirtualClock;
import io.maxmq.rules.RuleEngine;
import io.maxmq.rules.Until;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkHealth;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.rules.sink.SinkState;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of records that a sink does not take at once. Time is moved by hand. */
class SinkRunnerTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final RuleEngine rules = RuleEngine.create();
    private final Script sink = new Script();
    private final Map<String, TestClient> byId = new HashMap<>();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .virtualClock()
            .customize(broker -> broker.extension(rules))
            .build();

    /** A sink that answers as the test says, and remembers what it was given. */
    private static final class Script implements Sink {
        private int maxWrites = 1;
        private final List<List<String>> batches = new ArrayList<>();
        private Function<SinkBatch, CompletionStage<BatchResult>> answer =
                batch -> CompletableFuture.completedFuture(BatchResult.ok(batch));
        private SinkHealth health = SinkHealth.up();
        private int probes;
        private boolean closed;

        @Override
        public String name() {
            return "script";
        }

        @Override
        public int maxConcurrentWrites() {
            return maxWrites;
        }

        synchronized void answers(Function<SinkRecord, RecordResult> result) {
            answersLater(batch -> CompletableFuture.completedFuture(
                    new BatchResult(batch.records().stream().map(result).toList())));
        }

        synchronized void answersLater(Function<SinkBatch, CompletionStage<BatchResult>> newAnswer) {
            answer = newAnswer;
        }

        synchronized void is(SinkHealth newHealth) {
            health = newHealth;
        }

        @Override
        public CompletionStage<BatchResult> write(SinkBatch batch) {
            Function<SinkBatch, CompletionStage<BatchResult>> present;
            synchronized (this) {
                batches.add(batch.records().stream().map(Script::text).toList());
                present = answer;
            }
            return present.apply(batch);
        }

        static String text(SinkRecord record) {
            return String.valueOf(record.values().get("n"));
        }

        @Override
        public synchronized CompletionStage<SinkHealth> probe() {
            probes++;
            return CompletableFuture.completedFuture(health);
        }

        @Override
        public synchronized CompletionStage<Void> close() {
            closed = true;
            return CompletableFuture.completedFuture(null);
        }

        synchronized List<List<String>> batches() {
            return List.copyOf(batches);
        }

        synchronized int probes() {
            return probes;
        }

        synchronized boolean isClosed() {
            return closed;
        }
    }

    private void rule(Buffering buffering) {
        rules.sink("script", sink, buffering);
        rules.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to("script")
                .start();
    }

    /** As {@link #publish}, by clients: the text before the point is the client's id. */
    private void publishAs(TestClients clients, String... payloads) {
        for (String each : payloads) {
            byId.computeIfAbsent(each.substring(0, each.indexOf('.')), clients::connect)
                    .publish("n", each, QoS.AT_LEAST_ONCE);
        }
    }

    /** A rule that brings the sink along. */
    private void start(String rule) {
        rules.rule(rule)
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to(sink)
                .start();
    }

    private static void publish(MaxMQ broker, String... payloads) {
        for (String each : payloads) {
            broker.publish(Message.of("n", each)).toCompletableFuture().join();
        }
    }

    private SinkStatus status() {
        SinkStatus status = rules.sinks().get("script");
        assertThat(status).isNotNull();
        return status;
    }

    /** Moves time until this is true: a pause may begin after time has been moved. */
    private static void passTimeUntil(VirtualClock clock, Callable<Boolean> condition) throws Exception {
        Until.isTrue(() -> {
            if (!condition.call()) {
                clock.advance(Duration.ofSeconds(10));
            }
            return condition.call();
        });
    }

    private static Buffering attempts(int attempts) {
        return Buffering.DEFAULTS.attempts(attempts, Duration.ofSeconds(1), Duration.ofSeconds(8));
    }

    @Test
    void triesAgainAfterAPauseAndKeepsTheOrder(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(10));
        sink.answers(record -> RecordResult.retry("busy"));
        publish(broker, "1", "2");
        Until.isTrue(() -> status().retried() == 1);
        sink.answers(record -> RecordResult.ok());
        publish(broker, "3");
        assertThat(sink.batches()).isEqualTo(List.of(List.of("1")));

        passTimeUntil(clock, () -> status().written() == 3);

        assertThat(sink.batches()).isEqualTo(List.of(List.of("1"), List.of("1"), List.of("2"), List.of("3")));
        assertThat(status().lastFailure()).isEqualTo("busy");
        assertThat(status().waitingBytes()).isZero();
    }

    @Test
    void waitsAsLongAsTheSinkSays(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(10));
        sink.answers(record -> RecordResult.retry(Duration.ofMinutes(5), "later"));
        publish(broker, "1");
        Until.isTrue(() -> status().retried() == 1);
        sink.answers(record -> RecordResult.ok());

        clock.advanceToJustBefore(Duration.ofMinutes(5));
        assertThat(status().written()).isZero();
        passTimeUntil(clock, () -> status().written() == 1);
    }

    @Test
    void givesUpAfterSoManyAttemptsAndKeepsTheDeadLetter(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(2));
        sink.answers(record -> Script.text(record).equals("bad") ? RecordResult.retry("no") : RecordResult.ok());
        publish(broker, "bad", "good");
        Until.isTrue(() -> status().retried() == 1);

        passTimeUntil(clock, () -> status().rejected() == 1);
        passTimeUntil(clock, () -> status().written() == 1);

        assertThat(status().deadLetters()).singleElement().satisfies(letter -> {
            assertThat(Script.text(letter.record())).isEqualTo("bad");
            assertThat(letter.attempts()).isEqualTo(2);
            assertThat(letter.why()).isEqualTo("no");
        });
        assertThat(rules.find("r").orElseThrow().status().figures().actionsFailedOutOfService())
                .isEqualTo(1);

        sink.answers(record -> RecordResult.ok());
        assertThat(rules.retryDeadLetters("script")).isEqualTo(1);
        Until.isTrue(() -> status().written() == 2);
        assertThat(status().deadLetters()).isEmpty();
    }

    @Test
    void keepsNoMoreBytesOfDeadLettersThanItMay(MaxMQ broker) throws Exception {
        rule(Buffering.DEFAULTS.keepsDeadLetters(10, 6_000));
        sink.answers(record -> RecordResult.reject("no"));
        String large = "x".repeat(2_000);

        publish(broker, "a" + large, "b" + large, "c" + large, "d".repeat(7_000));

        Until.isTrue(() -> status().rejected() == 4);
        // Two of these fit beside what each takes by itself; the last would not fit alone, and pushes none out.
        assertThat(status().deadLetters())
                .extracting(letter -> Script.text(letter.record()).substring(0, 1))
                .containsExactly("b", "c");
        sink.answers(record -> RecordResult.ok());
        assertThat(rules.retryDeadLetters("script")).isEqualTo(2);
        Until.isTrue(() -> status().written() == 2);
        assertThat(status().deadLetters()).isEmpty();
    }

    @Test
    void probesASinkThatIsDownUntilItIsUp(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(100).opensAfter(2));
        sink.answers(record -> RecordResult.retry("down"));
        sink.is(SinkHealth.down("still"));
        publish(broker, "1");
        Until.isTrue(() -> status().retried() == 1);
        passTimeUntil(clock, () -> status().state() == SinkState.DOWN);

        passTimeUntil(clock, () -> sink.probes() >= 3);
        assertThat(sink.batches()).hasSize(2);
        sink.answers(record -> RecordResult.ok());
        sink.is(SinkHealth.up());
        passTimeUntil(clock, () -> status().written() == 1);

        assertThat(status().state()).isEqualTo(SinkState.UP);
    }

    @Test
    void keepsTheRecordsOfASinkThatIsUnavailable(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(2));
        sink.answers(record -> RecordResult.unavailable("status 401"));
        publish(broker, "1", "2");
        Until.isTrue(() -> status().state() == SinkState.DOWN);

        passTimeUntil(clock, () -> sink.batches().size() >= 6);

        assertThat(status().state()).isEqualTo(SinkState.DOWN);
        assertThat(status().rejected()).isZero();
        assertThat(status().lastFailure()).isEqualTo("status 401");
        assertThat(sink.batches()).allMatch(batch -> batch.equals(List.of("1")));
        sink.answers(record -> RecordResult.ok());
        passTimeUntil(clock, () -> status().written() == 2);
        assertThat(status().state()).isEqualTo(SinkState.UP);
    }

    @Test
    void aSinkIsUpOnceItAnswersOneRecord(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(100).opensAfter(1).batches(10, Duration.ZERO));
        sink.answers(record -> RecordResult.retry("down"));
        publish(broker, "1", "2", "3");
        Until.isTrue(() -> status().state() == SinkState.DOWN);
        passTimeUntil(clock, () -> sink.probes() >= 2);
        List<List<String>> trials = sink.batches().subList(1, sink.batches().size());
        assertThat(trials).allMatch(batch -> batch.equals(List.of("1")));
        assertThat(status().state()).isEqualTo(SinkState.DOWN);

        sink.answers(record -> RecordResult.reject("bad"));

        passTimeUntil(clock, () -> status().rejected() == 3);
        assertThat(status().state()).isEqualTo(SinkState.UP);
    }

    @Test
    void aRecordThatWasNotTriedLosesNoAttempt(MaxMQ broker, VirtualClock clock) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        sink.answersLater(batch -> gate.thenApply(nothing -> BatchResult.ok(batch)));
        rule(attempts(3).batches(10, Duration.ZERO));
        publish(broker, "0");
        Until.isTrue(() -> sink.batches().size() == 1);
        publish(broker, "bad", "good");
        Until.isTrue(() -> status().waiting() == 3);
        sink.answersLater(batch -> CompletableFuture.completedFuture(new BatchResult(batch.records().stream()
                .map(each -> Script.text(batch.records().get(0)).equals("bad")
                        ? each == batch.records().get(0) ? RecordResult.retry("500") : RecordResult.notTried()
                        : RecordResult.ok())
                .toList())));

        gate.complete(null);

        passTimeUntil(clock, () -> status().written() == 2);
        assertThat(status().rejected()).isEqualTo(1);
        assertThat(Script.text(status().deadLetters().get(0).record())).isEqualTo("bad");
    }

    @Test
    void writesOfSeveralClientsAreUnderWayAtATime(TestClients clients) throws Exception {
        Map<String, CompletableFuture<Void>> gates = new ConcurrentHashMap<>();
        sink.maxWrites = 3;
        sink.answersLater(
                batch -> gates.computeIfAbsent(Script.text(batch.records().get(0)), each -> new CompletableFuture<>())
                        .thenApply(nothing -> BatchResult.ok(batch)));
        rule(Buffering.DEFAULTS);

        publishAs(clients, "a.1", "a.2", "b.1", "c.1", "d.1");

        Until.isTrue(() -> status().waiting() == 5 && gates.size() == 3);
        assertThat(gates).containsOnlyKeys("a.1", "b.1", "c.1");
        gates.get("b.1").complete(null);
        Until.isTrue(() -> gates.containsKey("d.1"));
        assertThat(gates).doesNotContainKey("a.2");
        gates.get("a.1").complete(null);
        Until.isTrue(() -> gates.containsKey("a.2"));
        gates.values().forEach(each -> each.complete(null));
        Until.isTrue(() -> status().written() == 5);
        assertThat(status().waitingBytes()).isZero();
    }

    @Test
    void aRetryKeepsTheOrderOfItsClient(TestClients clients, VirtualClock clock) throws Exception {
        List<String> taken = new CopyOnWriteArrayList<>();
        Map<String, Integer> tries = new ConcurrentHashMap<>();
        sink.maxWrites = 4;
        sink.answersLater(batch -> CompletableFuture.supplyAsync(() -> {
            String text = Script.text(batch.records().get(0));
            boolean fails = tries.merge(text, 1, Integer::sum) <= text.charAt(text.length() - 1) % 3;
            if (!fails) {
                taken.add(text);
            }
            return BatchResult.all(batch, fails ? RecordResult.retry("busy") : RecordResult.ok());
        }));
        rule(attempts(100).opensAfter(2));

        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            for (String client : List.of("a", "b", "c", "d", "e")) {
                sent.add(client + "." + i);
            }
        }
        publishAs(clients, sent.toArray(String[]::new));

        passTimeUntil(clock, () -> status().written() == sent.size());
        assertThat(taken).hasSameElementsAs(sent).hasSameSizeAs(sent);
        for (String client : List.of("a", "b", "c", "d", "e")) {
            assertThat(taken.stream().filter(each -> each.startsWith(client)))
                    .isEqualTo(sent.stream()
                            .filter(each -> each.startsWith(client))
                            .toList());
        }
    }

    @Test
    void stopBringsAwayTheRecordsOfAllClients(MaxMQ broker, TestClients clients) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        sink.maxWrites = 2;
        sink.answersLater(batch -> gate.thenApply(nothing -> BatchResult.ok(batch)));
        rule(Buffering.DEFAULTS);
        publishAs(clients, "a.1", "b.1", "c.1", "a.2", "b.2", "c.2");
        Until.isTrue(() -> sink.batches().size() == 2 && status().waiting() == 6);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(broker::close);
        gate.complete(null);
        closing.get(LONG.toSeconds(), TimeUnit.SECONDS);

        assertThat(sink.batches()).hasSize(6);
        assertThat(sink.isClosed()).isTrue();
    }

    @Test
    void cutsBatchesAndLetsRecordsWaitForOthers(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(Buffering.DEFAULTS.batches(3, Duration.ofSeconds(5)));

        publish(broker, "1", "2");
        Until.isTrue(() -> status().waiting() == 2);
        assertThat(sink.batches()).isEmpty();
        publish(broker, "3", "4");
        Until.isTrue(() -> status().written() == 3);
        Until.isTrue(() -> status().waiting() == 1);
        passTimeUntil(clock, () -> status().written() == 4);

        assertThat(sink.batches()).isEqualTo(List.of(List.of("1", "2", "3"), List.of("4")));
    }

    @Test
    void dropsTheOldestOrTheNewestWhenTheBufferIsFull(MaxMQ broker) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        sink.answersLater(batch -> gate.thenApply(nothing -> BatchResult.ok(batch)));
        rule(Buffering.DEFAULTS.bound(2, 1 << 20, SinkOverflow.DROP_OLDEST));

        publish(broker, "1", "2", "3", "4", "5");
        Until.isTrue(() -> status().discarded() == 2);
        gate.complete(null);

        Until.isTrue(() -> status().written() == 3);
        assertThat(sink.batches()).isEqualTo(List.of(List.of("1"), List.of("4"), List.of("5")));
        assertThat(rules.find("r").orElseThrow().status().figures().actionsDiscarded())
                .isEqualTo(2);
    }

    @Test
    void dropsTheNewestWhereThatIsThePolicy(MaxMQ broker) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        sink.answersLater(batch -> gate.thenApply(nothing -> BatchResult.ok(batch)));
        rule(Buffering.DEFAULTS.bound(2, 1 << 20, SinkOverflow.DROP_NEWEST));

        publish(broker, "1", "2", "3", "4", "5");
        Until.isTrue(() -> status().discarded() == 2);
        gate.complete(null);

        Until.isTrue(() -> status().written() == 3);
        assertThat(sink.batches()).isEqualTo(List.of(List.of("1"), List.of("2"), List.of("3")));
    }

    @Test
    void takesAThrowAndTooFewResultsForFailures(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(attempts(10).batches(10, Duration.ZERO));
        sink.answersLater(batch -> {
            throw new IllegalStateException("broken");
        });
        publish(broker, "1");
        Until.isTrue(() -> status().lastFailure().contains("broken"));
        sink.answersLater(batch -> CompletableFuture.completedFuture(new BatchResult(List.of())));

        passTimeUntil(clock, () -> status().lastFailure().contains("one result for each"));
        sink.answers(record -> RecordResult.ok());
        passTimeUntil(clock, () -> status().written() == 1);
    }

    @Test
    void bringsAwayWhatWaitsWhenItsRuleIsRemovedAndIsClosedThen(MaxMQ broker) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        sink.answersLater(batch -> gate.thenApply(nothing -> BatchResult.ok(batch)));
        rules.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to(sink)
                .start();
        publish(broker, "1", "2", "3");
        Until.isTrue(() -> !sink.batches().isEmpty());

        assertThat(rules.find("r").orElseThrow().remove()).isTrue();
        assertThat(sink.isClosed()).isFalse();
        gate.complete(null);

        Until.isTrue(sink::isClosed);
        assertThat(sink.batches()).isEqualTo(List.of(List.of("1"), List.of("2"), List.of("3")));
        assertThat(rules.sinks()).isEmpty();
    }

    @Test
    void oneThatIsDownWhenItsRuleIsRemovedIsStillThereAndIsClosedAtTheEnd() throws Exception {
        sink.answers(each -> RecordResult.retry("down"));
        RuleEngine brief =
                RuleEngine.builder().drainTimeout(Duration.ofMillis(1)).build();
        brief.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to(sink)
                .start();
        MaxMQ broker =
                MaxMQ.builder().name("brief").allowAnonymous().extension(brief).start();
        publish(broker, "1");
        Until.isTrue(() -> !sink.batches().isEmpty());

        brief.find("r").orElseThrow().remove();

        assertThat(brief.sinks().get("script").waiting()).isEqualTo(1);
        assertThat(sink.isClosed()).isFalse();
        broker.close();
        Until.isTrue(sink::isClosed);
    }

    @Test
    void goesOnForARuleThatComesWithItWhileWhatTheLastHasLeftWaits(MaxMQ broker, VirtualClock clock) throws Exception {
        sink.answers(each -> RecordResult.retry("down"));
        start("r");
        publish(broker, "1");
        Until.isTrue(() -> !sink.batches().isEmpty());
        rules.find("r").orElseThrow().remove();

        start("s");
        sink.answers(each -> RecordResult.ok());
        publish(broker, "2");

        passTimeUntil(clock, () -> status().written() == 2);
        assertThat(sink.isClosed()).isFalse();
        List<List<String>> batches = sink.batches();
        assertThat(batches.subList(batches.size() - 2, batches.size())).isEqualTo(List.of(List.of("1"), List.of("2")));
        rules.find("s").orElseThrow().remove();
        Until.isTrue(sink::isClosed);
    }

    @Test
    void waitsForAYearAtMostWhateverTheSinkSays(MaxMQ broker, VirtualClock clock) throws Exception {
        sink.answers(each -> RecordResult.retry(Duration.ofSeconds(Long.MAX_VALUE), "never"));
        rule(Buffering.DEFAULTS);
        publish(broker, "1");
        Until.isTrue(() -> status().retried() == 1);

        clock.advance(Duration.ofDays(1));
        publish(broker, "2");

        Until.isTrue(() -> status().waiting() == 2);
        assertThat(sink.batches()).hasSize(1);
        sink.answers(each -> RecordResult.ok());
        clock.advance(Duration.ofDays(365));
        Until.isTrue(() -> status().written() == 2);
    }

    @Test
    void stopBringsAwayWhatWaits(MaxMQ broker) throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        sink.answersLater(batch -> gate.thenApply(nothing -> BatchResult.ok(batch)));
        rule(Buffering.DEFAULTS);
        publish(broker, "1", "2", "3");
        Until.isTrue(() -> !sink.batches().isEmpty());

        CompletableFuture<Void> closing = CompletableFuture.runAsync(broker::close);
        gate.complete(null);
        closing.get(LONG.toSeconds(), TimeUnit.SECONDS);

        assertThat(sink.batches()).isEqualTo(List.of(List.of("1"), List.of("2"), List.of("3")));
        assertThat(sink.isClosed()).isTrue();
    }
}
