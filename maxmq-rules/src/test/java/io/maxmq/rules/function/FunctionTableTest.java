package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Values;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The functions one by one, by the tables beside this class in the resources. */
class FunctionTableTest {
    private static final String[] FAMILIES = {
        "event",
        "topic",
        "math",
        "bits",
        "type",
        "conversion",
        "conditional",
        "text",
        "split",
        "regex",
        "sprintf",
        "array",
        "map",
        "hash",
        "encoding",
        "compression",
        "time",
        "random",
        "state"
    };
    private static final Set<String> WITHOUT_ARGUMENTS = Set.of("pi", "map_new", "null", "timestamp_s", "timestamp_ms");
    /** Tested in {@link RandomFunctionsTest}. */
    private static final Set<String> OF_CHANCE = Set.of("random", "uuid_v4", "uuid_v4_no_hyphen");

    private final Functions functions = Functions.standard();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event",
                "topic",
                "math",
                "bits",
                "type",
                "conversion",
                "conditional",
                "text",
                "split",
                "regex",
                "sprintf",
                "array",
                "map",
                "hash",
                "encoding",
                "compression",
                "time",
                "random",
                "state"
            })
    void isAsTheTableOfTheFamilySays(String family) throws IOException {
        List<String> wrong = new ArrayList<>();

        for (String line : rows(family)) {
            String problem = problem(line);
            if (problem != null) {
                wrong.add(line + "   -> " + problem);
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void hasRowsForEachFunction() throws IOException {
        Map<String, Integer> rows = new HashMap<>();
        for (String family : FAMILIES) {
            rows(family).forEach(line -> rows.merge(Row.function(line), 1, Integer::sum));
        }

        for (String name : functions.names()) {
            assertThat(rows.getOrDefault(name, 0))
                    .as(name)
                    .isGreaterThanOrEqualTo(OF_CHANCE.contains(name) ? 0 : WITHOUT_ARGUMENTS.contains(name) ? 1 : 2);
        }
        assertThat(functions.names()).containsAll(rows.keySet());
    }

    private @Nullable String problem(String line) {
        TestSurroundings around = new TestSurroundings();
        Row row = new Row(line, functions, around);
        Object value;
        EvaluationException thrown = null;
        try {
            value = row.next();
        } catch (EvaluationException e) {
            thrown = e;
            value = null;
        }
        if (thrown != null) {
            int sign = line.lastIndexOf(" ! ");
            String code = thrown.code().name().toLowerCase(Locale.ROOT);
            boolean named = thrown.where().equals(Row.function(line));
            return sign >= 0 && line.substring(sign + 3).strip().equals(code) && named ? null : thrown.getMessage();
        }
        char sign = row.sign();
        if (sign == '!') {
            return "no error but " + Values.shown(value);
        }
        Object expected = row.next();
        if (sign == '~') {
            double difference = Math.abs((Double) value - (Double) expected);
            return difference <= 1e-12 * Math.max(1, Math.abs((Double) expected)) ? null : String.valueOf(value);
        }
        return Values.same(value, expected) ? null : Values.kind(value) + " " + value;
    }

    private static List<String> rows(String family) throws IOException {
        try (InputStream in = FunctionTableTest.class.getResourceAsStream(family + ".txt")) {
            assertThat(in).as(family).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        }
    }
}
