package io.maxmq.core.observe;

import io.maxmq.RecordedLogs;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

import static org.assertj.core.api.Assertions.assertThat;

class EscapingLoggerTest {
    private final RecordedLogs.Watch watch = RecordedLogs.watch("escaping");
    private final Logger log = new Loggers("escaping").of("test");

    @AfterEach
    void endWatch() {
        watch.close();
    }

    @Test
    void escapesArgumentsOfEveryType() {
        log.info("client {} of {} with {}", "a\nERROR forged", List.of("\u001b[2J"), new Object[] {"\u202Egpj.exe"});

        assertThat(watch.lines()).containsExactly("INFO client a\\nERROR forged of [\\u001b[2J] with [\\u202egpj.exe]");
    }

    @Test
    void keepsNumbersAndPlainTextUnchanged() {
        log.warn("{} of {} ä😀 {}", 1, "plain text", null);

        assertThat(watch.lines()).containsExactly("WARN 1 of plain text ä😀 null");
    }

    @Test
    void escapesMessagesOfExceptionsAndTheirCauses() {
        Exception cause = new IllegalArgumentException("topic a\r\nb");
        Exception failure = new IllegalStateException("plain", cause);

        log.error("failed", failure);

        assertThat(watch.lines()).singleElement().asString().satisfies(text -> {
            assertThat(text).startsWith("ERROR failed; java.lang.IllegalStateException: plain\n");
            assertThat(text).contains("java.lang.IllegalArgumentException: topic a\\r\\nb\n");
            assertThat(text).contains(EscapingLoggerTest.class.getName() + ".escapes");
        });
    }

    @Test
    void endsACycleOfCauses() {
        Exception one = new IllegalStateException("one\n");
        Exception other = new IllegalStateException("other", one);
        one.initCause(other);

        assertThat(EscapedThrowable.of(one)).hasToString("java.lang.IllegalStateException: one\\n");
    }

    @Test
    void returnsTheSameExceptionWhenNothingNeedsEscaping() {
        Exception failure = new IllegalStateException("plain", new IllegalArgumentException("plain too"));

        assertThat(EscapedThrowable.of(failure)).isSameAs(failure);
    }
}
