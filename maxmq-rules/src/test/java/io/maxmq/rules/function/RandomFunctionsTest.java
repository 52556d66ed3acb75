package io.maxmq.rules.function;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Functions of chance, and that they take it from their surroundings. */
class RandomFunctionsTest {
    private final Functions functions = Functions.standard();

    private Object call(TestSurroundings around, String line) {
        return new Row(line, functions, around).next();
    }

    @Test
    void keepsTheirRange() {
        TestSurroundings around = new TestSurroundings();
        Set<Object> seen = new HashSet<>();

        for (int i = 0; i < 200; i++) {
            assertThat((Double) call(around, "random()")).isBetween(0.0, Math.nextDown(1.0));
            seen.add(call(around, "rand_int(3)"));
            assertThat(call(around, "rand_str(12)").toString()).matches("[0-9A-Za-z]{12}");
        }

        assertThat(seen).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void makesIdentifiersOfVersionFour() {
        TestSurroundings around = new TestSurroundings();

        assertThat(call(around, "uuid_v4()").toString())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(call(around, "uuid_v4_no_hyphen()").toString())
                .matches("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}");
        assertThat(call(around, "uuid_v4()")).isNotEqualTo(call(around, "uuid_v4()"));
    }

    @Test
    void isTheSameForTheSameChance() {
        assertThat(call(new TestSurroundings(), "rand_str(20)"))
                .isEqualTo(call(new TestSurroundings(), "rand_str(20)"));
    }
}
