package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.value.Text;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/** The registry, and what holds for all functions. */
class FunctionsTest {
    private final Functions functions = Functions.standard();

    @Test
    void findsANameInAnyCase() {
        assertThat(functions.find("LOWER")).isSameAs(functions.find("lower")).isNotNull();
        assertThat(functions.find("nope")).isNull();
    }

    @Test
    void namesTheNearest() {
        assertThat(functions.nearest("uper")).isEqualTo("upper");
        assertThat(functions.nearest("map_gte")).isEqualTo("map_get");
        assertThat(functions.nearest("Base64_Encod")).isEqualTo("base64_encode");
        assertThat(functions.nearest("zzzzzzzz")).isNull();
    }

    @Test
    void knowsWhatIsToCome() {
        assertThat(functions.isMissing("Lookup")).isTrue();
        assertThat(functions.isMissing("schema_decode")).isTrue();
        assertThat(functions.isMissing("jq")).isFalse();
        assertThat(functions.find("jq")).isNull();
    }

    @Test
    void takesOneMore() {
        Functions more = functions.with(new Definition("my.twice", 1, 1, true, (around, a) -> (Long) a[0] * 2));

        assertThat(more.find("My.Twice")).isNotNull();
        assertThat(functions.find("my.twice")).isNull();
        assertThat(more.nearest("my.twise")).isEqualTo("my.twice");
    }

    @Test
    void refusesANameThatIsTaken() {
        Definition upper = new Definition("UPPER", 1, 1, true, (around, a) -> null);
        Definition lookup = new Definition("lookup", 1, 1, true, (around, a) -> null);

        assertThatThrownBy(() -> functions.with(upper)).hasMessageContaining("upper");
        assertThatThrownBy(() -> functions.with(lookup)).hasMessageContaining("lookup");
    }

    @Test
    void partsOfAnArrayKeepNoMoreOfItThanTheyHave() {
        TestSurroundings around = new TestSurroundings();
        for (String call : List.of("sublist", "array_slice")) {
            List<Object> array = new ArrayList<>(List.of(1L, 2L, 3L));
            Object[] arguments = call.equals("sublist") ? new Object[] {1L, 2L, array} : new Object[] {array, 1L, 2L};

            Object part = functions.find(call).function().call(around, arguments);
            array.clear();

            assertThat(part).isEqualTo(List.of(1L, 2L));
        }
    }

    @Test
    void checksAConstantRegularExpression() {
        Check check = functions.find("regex_match").check();

        assertThat(check).isNotNull();
        assertThat(check.refusal(1, Text.of("a+"))).isNull();
        assertThat(check.refusal(0, Text.of("("))).isNull();
        assertThat(check.refusal(1, 7L)).isNull();
        Check.Refusal refusal = check.refusal(1, Text.of("a("));
        assertThat(refusal.code()).isEqualTo(StatementException.Code.BAD_REGEX);
        assertThat(refusal.problem()).contains("a(");
        assertThat(check.refusal(1, Text.of("(".repeat(100_000))).code()).isEqualTo(StatementException.Code.BAD_REGEX);
    }

    @Test
    void survivesAnyArguments() {
        TestSurroundings around = new TestSurroundings();
        String[] values = {
            "undefined",
            "null",
            "true",
            "1",
            "-1",
            "0",
            "1.5",
            "-0.5",
            "100000000000000000000",
            "-100000000000000000000",
            "''",
            "'a'",
            "'%Y'",
            "'second'",
            "'big'",
            "'~'",
            "x'ff00'",
            "b'101'",
            "[]",
            "[1, 'a', undefined]",
            "{}",
            "{'a': [1]}",
            "1e300"
        };
        for (String name : functions.names()) {
            Definition definition = functions.find(name);
            int most = Math.min(definition.most(), definition.least() + 2);
            for (int count = definition.least(); count <= most; count += definition.inPairs() ? 2 : 1) {
                for (int seed = 0; seed < values.length * 3; seed++) {
                    Object[] arguments = new Object[count];
                    for (int i = 0; i < count; i++) {
                        // All pairs of neighbours come up, as the steps differ.
                        String value = values[(seed + i * (1 + seed / values.length * 7)) % values.length];
                        arguments[i] = new Row(value, functions, around).next();
                    }
                    try {
                        definition.function().call(around, arguments);
                    } catch (EvaluationException e) {
                        assertThat(e.where()).isEqualTo(name);
                        assertThat(e.code()).isNotEqualTo(EvaluationException.Code.INTERNAL);
                    }
                }
            }
        }
    }

    @Test
    void tellsTheTimeInTheZoneOfTheSurroundings() {
        TestSurroundings around = new TestSurroundings();
        around.zone = ZoneOffset.ofHours(2);

        assertThat(new Row("unix_ts_to_rfc3339(0)", functions, around).next())
                .isEqualTo(Text.of("1970-01-01T02:00:00+02:00"));
        assertThat(new Row("timezone_to_offset_seconds('local')", functions, around).next())
                .isEqualTo(7_200L);
    }

    @Test
    void keepsTheLimits() {
        TestSurroundings around = new TestSurroundings();
        around.limits = new EvaluationLimits(10, 3, 64, 2, 1_000);
        String[] tooMuch = {
            "concat('abcdef', 'ghijk')",
            "str([1, 2, 3, 4, 5])",
            "json_encode('abcdefghij')",
            "base64_encode('abcdefgh')",
            "unzip(x'4b4cc40400')",
            "upper('ﬃﬃﬃﬃ')",
            "split('a,b,c,d', ',')",
            "array_append([1, 2, 3], 4)",
            "array_concat([1, 2], [3, 4])",
            "bitsl(1, 70)",
            "array_flatten([[1, 2], [3, 4]])",
            "map_put('a.b.c', 1, {})",
            "sprintf('~11b', 1)",
            "url_encode('äöüß')",
            "topic_join(['aaaaa', 'bbbbb'])",
            "bin2hexstr('abcdef')",
            "topic_split('a/b/c/d')",
            "map_keys({'a': 1, 'b': 2, 'c': 3, 'd': 4})",
            "map_values({'a': 1, 'b': 2, 'c': 3, 'd': 4})",
            "map_to_entries({'a': 1, 'b': 2, 'c': 3, 'd': 4})"
        };
        for (String call : tooMuch) {
            Throwable thrown = catchThrowable(() -> new Row(call, functions, around).next());

            assertThat(thrown)
                    .as(call)
                    .isInstanceOfSatisfying(
                            EvaluationException.class,
                            e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED));
        }
    }
}
