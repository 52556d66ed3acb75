package io.maxmq.codec.topic;

import io.maxmq.codec.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicFilterTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "/",
                "//",
                "+",
                "#",
                "a/+",
                "+/+",
                "/+",
                "+/",
                "a/#",
                "/#",
                "$SYS/#",
                "$share",
                "$shared/a",
                "a b",
                " "
            })
    void acceptsFilters(String filter) {
        assertThat(TopicFilter.problem(filter)).isNull();
        assertThat(TopicFilter.of(filter).text()).isEqualTo(filter);
        assertThat(TopicFilter.of(filter).share()).isNull();
        assertThat(TopicFilter.of(filter)).hasToString(filter);
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "a#, has '#' beside other characters of its level",
        "#a, has '#' before its end",
        "#/a, has '#' before its end",
        "a/#/b, has '#' before its end",
        "##, has '#' before its end",
        "a+, has '+' beside other characters of its level",
        "+a/b, has '+' beside other characters of its level",
        "a/++, has '+' beside other characters of its level",
        "+#, has '+' beside other characters of its level",
        "$share/, has no filter behind its share name",
        "$share/g, has no filter behind its share name",
        "$share/g/, has no filter behind its share name",
        "$share//a, has a share name that is empty",
        "$share/+/a, has a share name that holds a slash or a wildcard",
        "$share/g#/a, has a share name that holds a slash or a wildcard",
        "$share/g/#/a, has '#' before its end",
    })
    @Spec(
            value = {"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1", "MQTT-4.8.2-1", "MQTT-4.8.2-2"},
            v3 = {"MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1"})
    void namesTheProblemOfOthers(String filter, String problem) {
        assertThat(TopicFilter.problem(filter)).isEqualTo(problem);
        assertThat(TopicFilter.parse(filter)).isNull();
        assertThatThrownBy(() -> TopicFilter.of(filter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topic filter " + problem + ": filter=" + filter);
    }

    @Test
    void refusesWhatIsNoString() {
        assertThat(TopicFilter.problem("a\0")).contains("U+0000");
        assertThat(TopicFilter.problem("a\uD800")).contains("surrogate");
        assertThat(TopicFilter.problem("\uDC00a")).contains("surrogate");
        assertThat(TopicFilter.problem("\uD83D\uDE00")).isNull();
        assertThat(TopicFilter.problem("a".repeat(65_535))).isNull();
        assertThat(TopicFilter.problem("a".repeat(65_536))).contains("65536 bytes");
        assertThat(TopicFilter.problem("ä".repeat(32_768))).contains("65536 bytes");
    }

    @Test
    void limitsLevels() {
        assertThat(TopicFilter.problem("a/b/c", 3)).isNull();
        assertThat(TopicFilter.problem("a/b/c", 2)).isEqualTo("has 3 levels, allowed are 2");
        assertThat(TopicFilter.parse("$share/g/a/b", 2)).isNotNull();
        assertThat(TopicFilter.parse("$share/g/a/b/c", 2)).isNull();
        assertThat(TopicName.problem("a/b/c", 2)).isEqualTo("has 3 levels, allowed are 2");
        assertThat(TopicName.problem("//", 3)).isNull();
    }

    @Test
    void separatesTheShareName() {
        TopicFilter filter = TopicFilter.of("$share/team/sport/+/#");

        assertThat(filter.share()).isEqualTo(ShareName.of("team"));
        assertThat(filter.text()).isEqualTo("sport/+/#");
        assertThat(filter.levels()).containsExactly("sport", "+", "#");
        assertThat(filter.levelCount()).isEqualTo(3);
        assertThat(filter).hasToString("$share/team/sport/+/#");
        assertThat(filter)
                .isEqualTo(TopicFilter.of("$share/team/sport/+/#"))
                .hasSameHashCodeAs(TopicFilter.of("$share/team/sport/+/#"))
                .isNotEqualTo(TopicFilter.of("$share/other/sport/+/#"))
                .isNotEqualTo(TopicFilter.of("sport/+/#"));
    }

    @Test
    void keepsEmptyLevels() {
        assertThat(TopicFilter.of("/").levels()).containsExactly("", "");
        assertThat(TopicFilter.of("a//").levels()).containsExactly("a", "", "");
    }

    @Test
    void knowsWildcards() {
        assertThat(TopicFilter.of("a/b").hasWildcard()).isFalse();
        assertThat(TopicFilter.of("a/+/b").hasWildcard()).isTrue();
        assertThat(TopicFilter.of("a/#").hasWildcard()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a/b, a/b",
        "sport/tennis/+, sport/tennis/player1",
        "sport/tennis/#, sport/tennis",
        "sport/tennis/#, sport/tennis/a/b/c",
        "#, a",
        "#, /",
        "#, a/$b",
        "+, a",
        "+/+, /finance",
        "/+, /finance",
        "+/#, a",
        "+/+/#, a/b",
        "sport/+, sport/",
        "a//b, a//b",
        "a/+/b, a//b",
        "$SYS/#, $SYS/a",
        "$SYS/+, $SYS/a",
        "$SYS/#, $SYS",
        "a/#, a/",
        "a/+/#, a/",
        "+/b, a/b",
        "ä/+, ä/ö"
    })
    void matches(String filter, String topic) {
        assertThat(TopicFilter.of(filter).matches(topic)).isTrue();
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isTrue();
        assertThat(TopicFilter.of("$share/g/" + filter).matches(topic)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a, b", "a, A", "a, a/", "a/, a", "a, aa", "aa, a", "sport/tennis/+, sport/tennis",
                "sport/tennis/+, sport/tennis/a/b",
        "sport/+, sport", "+, /finance", "+, a/b", "#, $SYS/a", "+/a, $SYS/a", "+/#, $SYS", "#, $", "+, $SYS",
        "a/+/c, a/b/d", "a/b/#, a", "a/b/#, a/bc", "$SYS/a, $SYS/b", "/, a", "a/+/#, a"
    })
    void doesNotMatch(String filter, String topic) {
        assertThat(TopicFilter.of(filter).matches(topic)).isFalse();
        assertThat(TopicFilter.of("$share/g/" + filter).matches(topic)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "#, a",
        "#, #",
        "#, +/+",
        "#, a/#",
        "+/#, #",
        "+/#, +",
        "a/#, a",
        "a/#, a/#",
        "a/#, a/+/b",
        "a/#, a/+/#",
        "a/+, a/b",
        "a/+, a/+",
        "+/+, a/+",
        "+/+, +/b",
        "$SYS/#, $SYS",
        "$SYS/+, $SYS/+",
        "+/+/#, a/b/#",
        "+/+/#, +/+"
    })
    void covers(String filter, String other) {
        assertThat(TopicFilter.of(filter).covers(TopicFilter.of(other))).isTrue();
        assertThat(TopicFilter.of("$share/g/" + filter).covers(TopicFilter.of("$share/h/" + other)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a, b",
        "a, +",
        "a, #",
        "a/b, a/+",
        "a/+, a/#",
        "a/+, a/b/c",
        "+, #",
        "+/+, #",
        "+/+/#, #",
        "+/+/#, +/#",
        "+/+/#, +",
        "a/+/#, a/#",
        "a/#, #",
        "a/#, +/b",
        "#, $SYS",
        "#, $SYS/#",
        "+/#, $SYS/#",
        "+/a, $SYS/a",
        "+, +/+",
        "a/b/#, a",
        "/+/+/#, /#",
        "/+, /#"
    })
    void doesNotCover(String filter, String other) {
        assertThat(TopicFilter.of(filter).covers(TopicFilter.of(other))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a, +",
        "a, #",
        "+, +",
        "+, #",
        "a/#, a",
        "a/#, a/+/b",
        "a/+, +/b",
        "a/+/#, +/b",
        "+/#, +",
        "$SYS/#, $SYS/+/a",
        "$SYS/#, $SYS",
        "/#, /",
        "/+, +/a",
        "a//b, a/+/#"
    })
    void overlaps(String filter, String other) {
        assertThat(TopicFilter.of(filter).overlaps(TopicFilter.of(other))).isTrue();
        assertThat(TopicFilter.of("$share/g/" + other).overlaps(TopicFilter.of("$share/h/" + filter)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a, b",
        "a/+, a",
        "a/+, +/b/c",
        "a/#, b/#",
        "a/+/#, a",
        "#, $SYS",
        "+/#, $SYS/#",
        "+/a, $SYS/a",
        "$SYS/#, $other/#",
        "/#, +",
        "a/b, a/B",
        "a/, a"
    })
    void doesNotOverlap(String filter, String other) {
        assertThat(TopicFilter.of(filter).overlaps(TopicFilter.of(other))).isFalse();
        assertThat(TopicFilter.of(other).overlaps(TopicFilter.of(filter))).isFalse();
    }

    @Test
    void copesWithTheDeepestFilterAndTopic() {
        String topic = "/".repeat(65_535);
        String filter = "+/".repeat(32_767) + "#";

        assertThat(TopicFilter.of(filter).matches(topic)).isTrue();
        assertThat(TopicFilter.of(topic).matches(topic)).isTrue();
        assertThat(TopicFilter.of(filter).covers(TopicFilter.of(topic))).isTrue();
        assertThat(TopicFilter.of(filter).overlaps(TopicFilter.of(topic))).isTrue();
        assertThat(TopicFilter.of("a/".repeat(1000) + "b").matches("a/".repeat(1000) + "c"))
                .isFalse();
    }
}
