package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Text;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Searches find what the JDK finds, and take no long time on texts that are made to be slow. */
class TextSearchTest {

    @Property(tries = 500)
    void findsWhatTheJdkFinds(@ForAll long seed) {
        Random random = new Random(seed);
        String text = letters(random, random.nextInt(300));
        String wanted = letters(random, 1 + random.nextInt(50));
        if (random.nextBoolean() && text.length() > 40) {
            int from = random.nextInt(text.length() - 40);
            wanted = text.substring(from, from + 40);
        }
        TextSearch.Places places = new TextSearch.Places(text, wanted);

        for (int from = 0; from <= text.length(); from += 7) {
            assertThat(TextSearch.first(text, wanted, from)).isEqualTo(text.indexOf(wanted, from));
            assertThat(places.next(from)).isEqualTo(text.indexOf(wanted, from));
        }
        assertThat(TextSearch.last(text, wanted)).isEqualTo(text.lastIndexOf(wanted));
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(random.nextInt(20) == 0 ? 'b' : 'a');
        }
        return text.toString();
    }

    /** Each of these takes minutes where a function's time grows with the square of what it is given. */
    @Test
    @Timeout(60)
    void staysLinearOnHostileArguments() {
        String[] calls = {
            "find(repeat('a', 1000000), concat(repeat('a', 500000), 'b'))",
            "find(repeat('a', 1000000), concat('b', repeat('a', 500000)), 'trailing')",
            "indexof(repeat('a', 1000000), concat(repeat('a', 500000), 'b'))",
            "replace(repeat('a', 1000000), concat(repeat('a', 500000), 'b'), 'x')",
            "split(repeat('a', 1000000), concat(repeat('a', 500000), 'b'))",
            "trim(repeat('a', 1000000), concat(repeat('b', 1000000), 'a'))",
            "tokens(repeat('a', 1000000), repeat('b', 1000000))",
            "regex_match(repeat('a', 1000000), '^(a*)*$')",
            "regex_match(repeat('a', 1000000), '.*b')",
            "regex_match('', '((){9999}){9999999999}')"
        };
        for (String call : calls) {
            try {
                new Row(call, Functions.standard(), new TestSurroundings()).next();
            } catch (EvaluationException e) {
                assertThat(e.code())
                        .isIn(EvaluationException.Code.LIMIT_EXCEEDED, EvaluationException.Code.BAD_ARGUMENT);
            }
        }
    }

    @Test
    @Timeout(60)
    void staysLinearOnArraysOfOneHash() {
        // "Aa" and "BB" have the same hash, so have arrays of them.
        StringBuilder array = new StringBuilder("[");
        for (int i = 0; i < 1 << 16; i++) {
            array.append(i == 0 ? "[\"" : ",[\"");
            for (int bit = 0; bit < 16; bit++) {
                array.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            array.append("\"]");
        }
        TestSurroundings around = new TestSurroundings();
        around.fields.put("payload", Text.of(array.append(']').toString()));

        assertThat(new Row("length(array_distinct(json_decode(payload())))", Functions.standard(), around).next())
                .isEqualTo(65_536L);
    }
}
