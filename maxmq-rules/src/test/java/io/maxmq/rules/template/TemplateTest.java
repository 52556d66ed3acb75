package io.maxmq.rules.template;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Text with a record's values in it. */
class TemplateTest {
    private final Map<String, @Nullable Object> record = new LinkedHashMap<>();

    @BeforeEach
    void fill() {
        record.put("id", Text.of("c1"));
        record.put("n", 7L);
        record.put("f", 2.50);
        record.put("ok", true);
        record.put("none", JsonNull.NULL);
        record.put("m", Map.of("a", List.of(1L, Map.of("b", Text.of("deep")))));
        record.put("payload", Text.of("{\"t\":21.5}"));
    }

    private String filled(String template) {
        return Template.of(template).fill(record, 1_000).toString();
    }

    @Test
    void putsValuesInPlaces() {
        assertThat(filled("alarms/${id}/${n}")).isEqualTo("alarms/c1/7");
        assertThat(filled("${f} ${ok} ${none}")).isEqualTo("2.5 true null");
        assertThat(filled("${m}")).isEqualTo("{\"a\":[1,{\"b\":\"deep\"}]}");
        assertThat(filled("${m.a[2].b} ${m.a[-1].b} ${m.a[1]}")).isEqualTo("deep deep 1");
    }

    @Test
    void readsAStringOnTheWayAsJson() {
        assertThat(filled("${payload.t} ${payload}")).isEqualTo("21.5 {\"t\":21.5}");
        assertThat(filled("${id.t}")).isEqualTo("undefined");
    }

    @Test
    void takesAPointBeforeThePathAndBlanks() {
        assertThat(filled("${.id} ${ n } ${ .m.a[1] }")).isEqualTo("c1 7 1");
    }

    @Test
    void putsTheWholeRecordIn() {
        record.keySet().retainAll(List.of("id", "n"));
        assertThat(filled("${.}")).isEqualTo("{\"id\":\"c1\",\"n\":7}");
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(filled("<${nope}> <${m.x.y}> <${m.a[9]}> <${n.x}>"))
                .isEqualTo("<undefined> <undefined> <undefined> <undefined>");
        assertThat(Template.of("<${nope}>", "").fill(record, 10)).hasToString("<>");
    }

    @Test
    void writesTheSignItself() {
        assertThat(filled("$${id} costs 5$ or $$ ${id}$")).isEqualTo("${id} costs 5$ or $$ c1$");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${up.'my key'}|spaced",
                "${up.\"my key\"}|spaced",
                "${ up . 'my key' }|spaced",
                "${up['my key']}|spaced",
                "${up.'it''s'}|quoted",
                "${up.'a}b'}|brace",
                "${payload.'a.b'}|pointed",
                "${payload.'a.b'}/${payload.'l'[2]}|pointed/20",
                "${payload.l[+1]}${payload.l[-1]}|1020",
                "${'id'}|c1",
                "${.'id'}|c1",
                "${first name}|blank",
                "${payload.''}|empty",
            })
    void readsKeysInQuotesLiterally(String template, String expected) {
        record.put(
                "up",
                Map.of(
                        "my key", Text.of("spaced"),
                        "it's", Text.of("quoted"),
                        "a}b", Text.of("brace")));
        record.put("first name", Text.of("blank"));
        record.put("payload", Text.of("{\"a.b\":\"pointed\",\"l\":[10,20],\"\":\"empty\"}"));

        assertThat(filled(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${}|3",
                "${ }|4",
                "${id|5",
                "x ${id ${n}|9",
                "${a..b}|5",
                "${a.}|5",
                "${..a}|4",
                "${a b[x]}|7",
                "${m.a[1}|8",
                "${m.a[1.5]}|8",
                "${m.a[]}|7",
                "${m.a[99999999999]}|7",
                "${m.a[1]b}|9",
                "${'a}|6",
                "${'a'b}|6",
                "${{a}}|3",
                "${a]}|4",
            })
    void refusesAMalformedPlaceAndNamesTheCharacter(String template, int character) {
        assertThatThrownBy(() -> Template.of(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("character " + character + ":")
                .hasMessageContaining(template);
    }

    @Test
    void keepsTextWithoutPlaces() {
        assertThat(filled("")).isEmpty();
        assertThat(filled("{\"a\":1}")).isEqualTo("{\"a\":1}");
    }

    @Test
    void keepsBytesAsTheyAre() {
        byte[] bytes = {(byte) 0xff, 0, 1};
        record.put("payload", Text.ofBytes(bytes));

        assertThat(Template.of("${payload}").fill(record, 10).bytes()).isEqualTo(bytes);
        assertThat(Template.of("<${payload}>").fill(record, 10).bytes()).hasSize(5);
    }

    @Test
    void endsAtTheLimit() {
        record.put("big", Text.of("x".repeat(60)));

        assertThatThrownBy(() -> Template.of("${big}${big}").fill(record, 100)).isInstanceOf(EvaluationException.class);
        assertThatThrownBy(() -> Template.of("${big}").fill(record, 50)).isInstanceOf(EvaluationException.class);
        assertThatThrownBy(() -> Template.of("${.}").fill(record, 50)).isInstanceOf(EvaluationException.class);
    }

    @Test
    void knowsWhetherItDependsOnTheRecord() {
        assertThat(Template.of("a $${b}").isConstant()).isTrue();
        assertThat(Template.of("a ${b}").isConstant()).isFalse();
    }
}
