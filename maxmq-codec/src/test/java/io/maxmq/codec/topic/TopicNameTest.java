package io.maxmq.codec.topic;

import io.maxmq.codec.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicNameTest {
    @ParameterizedTest
    @CsvSource({"a, 1", "/, 2", "/a/, 3", "$SYS/x, 2", "a b, 1"})
    void acceptsNames(String text, int levels) {
        assertThat(TopicName.problem(text)).isNull();
        assertThat(TopicName.of(text).levelCount()).isEqualTo(levels);
        assertThat(TopicName.of(text)).hasToString(text);
        assertThat(TopicName.of(text).isDollar()).isEqualTo(text.startsWith("$"));
    }

    @ParameterizedTest
    @CsvSource({"'', is empty", "a/+, holds a wildcard", "a#, holds a wildcard"})
    @Spec(
            value = {"MQTT-4.7.0-1", "MQTT-4.7.3-1"},
            v3 = {"MQTT-4.7.1-1", "MQTT-4.7.3-1"})
    void namesTheProblemOfOthers(String text, String problem) {
        assertThat(TopicName.problem(text)).isEqualTo(problem);
        assertThatThrownBy(() -> TopicName.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topic name " + problem + ": topic=" + text);
    }

    @Test
    void keepsMessagesShort() {
        assertThatThrownBy(() -> TopicName.of("+".repeat(60_000)))
                .hasMessageContaining("60000 characters")
                .extracting(Throwable::getMessage)
                .satisfies(message -> assertThat(message).hasSizeLessThan(300));
    }

    @Test
    void hasShareNames() {
        assertThat(ShareName.of("g")).hasToString("g");
        assertThat(ShareName.problem("$g h")).isNull();
        assertThatThrownBy(() -> ShareName.of("a/b")).hasMessageContaining("shareName=a/b");
        assertThat(ShareName.problem("")).isEqualTo("is empty");
        assertThat(ShareName.problem("\0")).contains("U+0000");
        assertThat(ShareName.problem("a".repeat(65_536))).contains("65536");
    }
}
