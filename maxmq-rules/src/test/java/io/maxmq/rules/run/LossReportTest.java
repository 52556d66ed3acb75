package io.maxmq.rules.run;

import io.maxmq.spi.Registration;
import io.maxmq.spi.Timers;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

import static org.assertj.core.api.Assertions.assertThat;

/** Warnings about lost events and records. Time is moved by hand. */
class LossReportTest {
    private final List<String> warnings = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final LossReport losses = new LossReport();

    private final Logger logger = (Logger) Proxy.newProxyInstance(
            LossReportTest.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("warn");
                Object[] values = arguments.length == 2 && arguments[1] instanceof Object[] several
                        ? several
                        : Arrays.copyOfRange(arguments, 1, arguments.length);
                synchronized (warnings) {
                    warnings.add(MessageFormatter.arrayFormat(String.valueOf(arguments[0]), values)
                            .getMessage());
                }
                return null;
            });

    @BeforeEach
    void start() {
        losses.start(
                new Timers() {
                    @Override
                    public Registration after(Duration delay, Runnable task) {
                        assertThat(delay).isEqualTo(LossReport.INTERVAL);
                        synchronized (timers) {
                            timers.add(task);
                        }
                        return Registration.NONE;
                    }

                    @Override
                    public Registration every(Duration period, Runnable task) {
                        throw new UnsupportedOperationException();
                    }
                },
                logger);
    }

    private void anIntervalPasses() {
        List<Runnable> due = List.copyOf(timers);
        timers.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void warnsAtOnceAndThenOncePerIntervalWithTheCount() {
        losses.failed("hot", "decode_json", "no value");
        for (int i = 1; i <= 500; i++) {
            losses.failed("hot", "decode_json", "no value " + i);
        }
        assertThat(warnings).containsExactly("Rule hot failed on an event: decode_json: no value");

        anIntervalPasses();
        anIntervalPasses();
        losses.failed("hot", "decode_json", "again");

        assertThat(warnings)
                .containsExactly(
                        "Rule hot failed on an event: decode_json: no value",
                        "Rule hot failed on an event: 500 more times within 10 s, the last time: decode_json: no value 500",
                        "Rule hot failed on an event: decode_json: again");
        assertThat(losses.total(LossReport.Kind.FAILED)).isEqualTo(502);
    }

    @Test
    void tellsRulesAndReasonsApart() {
        losses.failed("a", "decode_json", "x");
        losses.failed("a", "arithmetic", "y");
        losses.failed("b", "arithmetic", "z");
        losses.missed("a");
        losses.rejected("a", "hook", "status 400");
        losses.rejected("a", "other", "status 410");
        losses.discarded("a", "hook", false);
        losses.rejected("a", "hook", "127.0.0.1 is not allowed");

        assertThat(warnings)
                .containsExactly(
                        "Rule a failed on an event: decode_json: x",
                        "Rule a failed on an event: arithmetic: y",
                        "Rule b failed on an event: arithmetic: z",
                        "Rule a missed an event: the queue of the rule engine was full, or the broker's memory budget was used up",
                        "Rule a lost a record that a sink rejected: sink hook: status 400",
                        "Rule a lost a record that a sink rejected: sink other: status 410",
                        "Rule a lost a record that a sink discarded: sink hook: its buffer was full, or the broker's memory budget was used up");
        anIntervalPasses();
        assertThat(warnings.get(7))
                .isEqualTo(
                        "Rule a lost a record that a sink rejected: 1 more times within 10 s, the last time: sink hook: 127.0.0.1 is not allowed");
    }

    @Test
    void escapesTextsThatClientsChoose() {
        losses.rejected("a", "republish", "topic=a\nb\u001b[31m");
        losses.rejected("a", "republish", "topic=a\u202eb");
        anIntervalPasses();

        assertThat(warnings).hasSize(2).allSatisfy(each -> assertThat(each).doesNotContainPattern("[\\p{Cc}\\p{Cf}]"));
    }

    @Test
    void boundsTheWarningsWhenManyRulesLoseEvents() {
        for (int i = 0; i < 10_000; i++) {
            losses.missed("rule-" + i);
        }

        assertThat(warnings).hasSize(LossReport.MAX_SUBJECTS + 1);
        assertThat(timers).hasSize(LossReport.MAX_SUBJECTS + 1);
        anIntervalPasses();
        assertThat(warnings)
                .hasSize(LossReport.MAX_SUBJECTS + 2)
                .last()
                .asString()
                .contains("(others)", "9899 more times");
        anIntervalPasses();
        assertThat(timers).isEmpty();
        losses.missed("rule-7");
        assertThat(warnings).last().asString().startsWith("Rule rule-7 missed");
    }

    @Test
    void warnsAboutTheLastLossesWhenItCloses() {
        losses.missed("a");
        losses.missed("a");
        losses.close();
        losses.missed("a");
        anIntervalPasses();

        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(1)).contains("1 more times");
        assertThat(losses.total(LossReport.Kind.MISSED)).isEqualTo(3);
        assertThat(timers).isEmpty();
    }

    @Test
    void everyLossIsInOneWarningWhateverThreadsDo() throws Exception {
        int each = 5_000;
        List<CompletableFuture<Void>> threads = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < each; i++) {
                        losses.missed("a");
                    }
                }))
                .toList();
        while (!threads.stream().allMatch(CompletableFuture::isDone)) {
            synchronized (timers) {
                anIntervalPasses();
            }
        }
        CompletableFuture.allOf(threads.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
        losses.close();

        long told = 0;
        for (String warning : warnings) {
            String[] words = warning.split(" ");
            told += warning.contains(" more times") ? Long.parseLong(words[5]) : 1;
        }
        assertThat(told).isEqualTo(4L * each).isEqualTo(losses.total(LossReport.Kind.MISSED));
    }
}
