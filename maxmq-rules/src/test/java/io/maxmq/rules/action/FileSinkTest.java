package io.maxmq.rules.action;

import io.maxmq.MaxMQ;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.VirtualClock;
import io.maxmq.rules.RuleEngine;
import io.maxmq.rules.Until;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.spi.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Lines in files, and the files that are renamed. */
class FileSinkTest {
    private final RuleEngine rules = RuleEngine.create();

    @TempDir
    Path directory;

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .virtualClock()
            .customize(broker -> broker.extension(rules))
            .build();

    private void rule(FileSink sink) {
        rules.sink("file", sink);
        rules.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to("file")
                .start();
    }

    private void publish(MaxMQ broker, String... payloads) throws Exception {
        for (String each : payloads) {
            long before = written();
            broker.publish(Message.of("n", each)).toCompletableFuture().join();
            Until.isTrue(() -> written() == before + 1);
        }
    }

    private long written() {
        return rules.sinks().get("file").written();
    }

    private List<String> lines(String name) throws Exception {
        return Files.readAllLines(directory.resolve(name));
    }

    @Test
    void appendsALineForEachRecordToWhatIsThere(MaxMQ broker) throws Exception {
        Files.writeString(directory.resolve("f"), "before\n");
        rule(FileSink.at(directory.resolve("f")).forced());

        publish(broker, "a", "b\nc");

        assertThat(lines("f")).isEqualTo(List.of("before", "{\"n\":\"a\"}", "{\"n\":\"b\\nc\"}"));
    }

    @Test
    void beginsALineBehindHalfOfOne(MaxMQ broker) throws Exception {
        Files.writeString(directory.resolve("f"), "{\"n\":\"0\"}\n{\"n\":");
        rule(FileSink.at(directory.resolve("f")));

        publish(broker, "a");

        assertThat(lines("f")).isEqualTo(List.of("{\"n\":\"0\"}", "{\"n\":", "{\"n\":\"a\"}"));
    }

    @Test
    void renamesAFileThatIsFullAndKeepsSoMany(MaxMQ broker) throws Exception {
        rule(FileSink.at(directory.resolve("f")).rotateAt(20).keep(2));

        publish(broker, "1", "2", "3", "4", "5", "6", "7");

        assertThat(lines("f")).isEqualTo(List.of("{\"n\":\"7\"}"));
        assertThat(lines("f.1")).isEqualTo(List.of("{\"n\":\"5\"}", "{\"n\":\"6\"}"));
        assertThat(lines("f.2")).isEqualTo(List.of("{\"n\":\"3\"}", "{\"n\":\"4\"}"));
        assertThat(directory.resolve("f.3")).doesNotExist();
    }

    @Test
    void recordsThatComeTogetherFillNoFileBeyondItsSize(MaxMQ broker) throws Exception {
        FileSink sink = FileSink.at(directory.resolve("f")).rotateAt(20);
        rules.sink("file", sink, Buffering.DEFAULTS.batches(5, Duration.ofHours(1)));
        rules.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to("file")
                .start();

        for (int i = 1; i <= 5; i++) {
            broker.publish(Message.of("n", Integer.toString(i)))
                    .toCompletableFuture()
                    .join();
        }

        Until.isTrue(() -> written() == 5);
        assertThat(lines("f.2")).isEqualTo(List.of("{\"n\":\"1\"}", "{\"n\":\"2\"}"));
        assertThat(lines("f.1")).isEqualTo(List.of("{\"n\":\"3\"}", "{\"n\":\"4\"}"));
        assertThat(lines("f")).isEqualTo(List.of("{\"n\":\"5\"}"));
    }

    @Test
    void writesWhatFollowsAgainWhereOnlyAPartOfABatchCouldBeWritten(MaxMQ broker, VirtualClock clock) throws Exception {
        Path taken = Files.createDirectories(directory.resolve("f.1/in-the-way"));
        FileSink sink = FileSink.at(directory.resolve("f")).rotateAt(20).keep(1);
        rules.sink("file", sink, Buffering.DEFAULTS.batches(3, Duration.ofHours(1)));
        rules.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to("file")
                .start();

        for (int i = 1; i <= 3; i++) {
            broker.publish(Message.of("n", Integer.toString(i)))
                    .toCompletableFuture()
                    .join();
        }
        Until.isTrue(() -> rules.sinks().get("file").retried() == 1);
        assertThat(written()).isEqualTo(2);
        Files.delete(taken);

        Until.isTrue(() -> {
            clock.advance(Duration.ofHours(1));
            return written() == 3;
        });
        assertThat(lines("f.1")).isEqualTo(List.of("{\"n\":\"1\"}", "{\"n\":\"2\"}"));
        assertThat(lines("f")).isEqualTo(List.of("{\"n\":\"3\"}"));
    }

    @Test
    void renamesAFileThatIsOld(MaxMQ broker, VirtualClock clock) throws Exception {
        rule(FileSink.at(directory.resolve("f")).rotateEvery(Duration.ofHours(1)));

        publish(broker, "1");
        clock.advance(Duration.ofMinutes(59));
        publish(broker, "2");
        clock.advance(Duration.ofMinutes(1));
        publish(broker, "3");

        assertThat(lines("f")).isEqualTo(List.of("{\"n\":\"3\"}"));
        assertThat(lines("f.1")).isEqualTo(List.of("{\"n\":\"1\"}", "{\"n\":\"2\"}"));
    }

    @Test
    void refusesAFileThatCannotBe(MaxMQ broker) {
        assertThat(broker.isRunning()).isTrue();
        assertThatThrownBy(() -> rule(FileSink.at(directory.resolve("none/f"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
        assertThat(rules.sinks()).isEmpty();
    }
}
