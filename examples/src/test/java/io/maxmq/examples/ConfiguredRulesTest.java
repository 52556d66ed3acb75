package io.maxmq.examples;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Message;
import io.maxmq.spi.config.ConfigFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The section {@code rules} of a configuration file. */
class ConfiguredRulesTest {
    @TempDir
    Path directory;

    @Test
    void rulesRunAsTheFileSays() throws Exception {
        Path file = write("""
                rules {
                  lanes = 1, max-queued-events = 1000, max-queued-bytes = 1 MiB, overflow = drop-newest
                  kept-errors = 5, drain-timeout = 1 s, sys-messages = false, inline-rules = false
                  sinks {
                    alarms {
                      type = republish, topic = "alarms/${t}", payload = "${clientid}", qos = 1, retain = false, max-hops = 2
                      user-properties = ["from=${topic}"], content-type = "text/plain", response-topic = "r"
                      correlation-data = "c", message-expiry = 1 m
                      buffer { max-records = 10, batch-records = 5, linger = 0, attempts = 2, first-backoff = 1 s, dead-letters = 3 }
                    }
                    lines { type = file, file = records.jsonl, rotate-at = 1 MiB, rotate-every = 1 h, keep = 3, forced = true }
                    hook {
                      type = webhook, url = "https://example.com/x", headers = ["A: b"], allow = [localhost], body = lines
                      deadline = 1 s, in-flight = 2, max-body-bytes = 64 KiB, buffer { batch-records = 10, linger = 1 s }
                    }
                    log { type = log, logger = rules, level = debug }
                  }
                  rules {
                    hot {
                      sql = \"\"\"SELECT payload.t AS t, topic FROM "sensors/+" WHERE payload.t > 40\"\"\"
                      to = [alarms, lines]
                    }
                    off { sql = \"\"\"SELECT * FROM "#"\"\"\", to = [hook, log], enabled = false }
                    no-secrets { sql = \"\"\"SELECT 1 AS x FROM "secret/#"\"\"\", inline = refuse, reason = drop }
                  }
                }
                """);
        try (MaxMQ broker = MaxMQ.fromConfig(file).allowAnonymous().start()) {
            BlockingQueue<Message> alarms = new LinkedBlockingQueue<>();
            broker.subscribe("alarms/#", message -> alarms.add(message.copy()))
                    .active()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);

            broker.publish(Message.of("sensors/1", "{\"t\": 12}"));
            broker.publish(Message.of("sensors/1", "{\"t\": 42}"));

            Message alarm = alarms.poll(30, TimeUnit.SECONDS);
            assertThat(alarm).isNotNull();
            assertThat(alarm.topic()).isEqualTo("alarms/42");
            assertThat(alarm.contentType()).contains("text/plain");
            assertThat(broker.publish(Message.of("secret/x", "x"))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .droppedTotal())
                    .isEqualTo(1);
        }
        assertThat(Files.readAllLines(directory.resolve("records.jsonl")))
                .containsExactly("{\"t\":42,\"topic\":\"sensors/1\"}");
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("rules { rules { r { sql = \"SELECT uper(a) FROM t\" } } }")))
                .isInstanceOf(ConfigFileException.class)
                .hasMessageContaining("rules.rules.r.sql")
                .hasMessageContaining("line 1, column 8");
        assertThatThrownBy(() ->
                        MaxMQ.fromConfig(write("rules { rules { r { sql = \"SELECT a FROM t\", to = [nowhere] } } }")))
                .hasMessageContaining("name=nowhere");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("rules { sinks { s { type = carrier-pigeon } } }")))
                .hasMessageContaining("rules.sinks.s.type must be one of");
        assertThatThrownBy(() -> MaxMQ.fromConfig(
                        write("rules { sinks { s { type = webhook, url = \"http://x/\", max-body-bytes = 4 GiB } } }")))
                .hasMessageContaining("rules.sinks.s.max-body-bytes must be 1 byte..2047 MiB");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("rules { lains = 3 }")))
                .hasMessageContaining("lains")
                .hasMessageContaining("lanes");
    }

    @Test
    void refusesSettingsOfRulesThatHaveNoEffect() {
        String rule = "rules { rules { r { sql = \"SELECT a FROM t\", ";
        assertThatThrownBy(() -> MaxMQ.fromConfig(write(rule + "reason = drop } } }")))
                .hasMessageContaining("rules.rules.r.reason needs inline");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write(rule + "inline = transform, reason = drop } } }")))
                .hasMessageContaining("rules.rules.r.reason needs inline");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write(rule + "fail-closed = true } } }")))
                .hasMessageContaining("rules.rules.r.fail-closed needs inline");
    }

    @Test
    void refusesSinksThatCanNeverWork() {
        assertThatThrownBy(() -> MaxMQ.fromConfig(
                        write("rules { sinks { s { type = webhook, url = \"http://169.254.169.254/\" } } }")))
                .isInstanceOf(ConfigFileException.class)
                .hasMessageContaining(":1: rules.sinks.s: url")
                .hasMessageContaining("allow");
        assertThatThrownBy(() ->
                        MaxMQ.fromConfig(write("rules { sinks { s { type = republish, topic = \"alarms/+\" } } }")))
                .isInstanceOf(ConfigFileException.class)
                .hasMessageContaining("topic=alarms/+");
    }

    @Test
    void anErrorOfAStatementNamesItsLineAndColumnInTheFile() {
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("""
                        rules {
                          rules {
                            fine { sql = \"\"\"
                              SELECT a
                              FROM "t"
                            \"\"\" }
                            wrong { sql = \"\"\"
                              SELECT a,
                                uper(b)
                              FROM "t"
                            \"\"\", enabled = true }
                          }
                        }
                        """)))
                .isInstanceOfSatisfying(ConfigFileException.class, e -> {
                    assertThat(e.line()).isEqualTo(9);
                    assertThat(e.column()).isEqualTo(9);
                })
                .hasMessageContaining("broker.conf:9:9: rules.rules.wrong.sql line 3, column 9: ")
                .hasMessageContaining("upper");
        assertThatThrownBy(() -> MaxMQ.fromConfig(
                        write("x = t\n\nrules { rules { r { sql = SELECT uper(a) FROM ${x} } } }\nx = ${x}")))
                .hasMessageContaining("broker.conf:3: rules.rules.r.sql line 1, column 8: ")
                .hasMessageContaining("the text begins in line 3 of the file");
    }

    @Test
    void anErrorOfAStatementInAnIncludedFileNamesThatFile() throws IOException {
        Files.writeString(directory.resolve("more.conf"), "# more\nr { sql = \"\"\"SELECT a\nFORM t\"\"\" }\n");

        assertThatThrownBy(() -> MaxMQ.fromConfig(write("rules { rules { include \"more.conf\" } }")))
                .hasMessageContaining("more.conf:3:6: rules.rules.r.sql line 2, column 6: ");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("broker.conf"), text);
    }
}
