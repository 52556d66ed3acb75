package io.maxmq.rules.value;

import io.maxmq.rules.error.EvaluationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class ValuesTest {

    @Test
    void readsNumbersFromAllOfATextOnly() {
        assertThat(Numbers.read("12")).isEqualTo(12L);
        assertThat(Numbers.read("-012")).isEqualTo(-12L);
        assertThat(Numbers.read("+9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
        assertThat(Numbers.read("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(Numbers.read("1.5")).isEqualTo(1.5);
        assertThat(Numbers.read("-1.5e-3")).isEqualTo(-0.0015);
        assertThat(Numbers.read("2E3")).isEqualTo(2000.0);
        for (String none :
                List.of("", "+", "-", "1.", ".5", "1e", "1e+", " 1", "1 ", "0x1", "1_0", "NaN", "1e999", "1.5d", "٣")) {
            assertThat(Numbers.read(none)).as(none).isNull();
        }
    }

    @Property(tries = 2_000)
    void writesFloatsAsTheirExactValueCutAtTenDecimals(@ForAll double value) {
        String exact = new BigDecimal(value).setScale(10, RoundingMode.HALF_UP).toPlainString();

        assertThat(new BigDecimal(Numbers.text(value))).isEqualByComparingTo(exact);
        assertThat(Numbers.text(value)).matches("-?[0-9]+\\.([0-9]*[1-9]|0)");
    }

    @Property(tries = 2_000)
    void comparesNumbersByTheirExactValue(@ForAll long a, @ForAll double b) {
        int exact = new BigDecimal(a).compareTo(new BigDecimal(b));

        assertThat(Integer.signum(Numbers.compare(a, b))).isEqualTo(exact);
        assertThat(Integer.signum(Numbers.compare((Object) b, (Object) a))).isEqualTo(-exact);
        assertThat(Numbers.compare(a, (double) a)).isEqualTo(new BigDecimal(a).compareTo(new BigDecimal((double) a)));
    }

    @Test
    void tellsSameFromAlike() {
        assertThat(Values.same(2L, 2.0)).isFalse();
        assertThat(Values.alike(2L, 2.0)).isTrue();
        assertThat(Values.alike(2L, Text.of("2"))).isFalse();
        assertThat(Values.same(List.of(1L, Map.of("a", 1.0)), List.of(1L, Map.of("a", 1.0))))
                .isTrue();
        assertThat(Values.alike(List.of(1L, Map.of("a", 1.0)), List.of(1.0, Map.of("a", 1L))))
                .isTrue();
        assertThat(Values.same(0.0, -0.0)).isTrue();
        assertThat(Values.same(null, null)).isTrue();
        assertThat(Values.same(null, JsonNull.NULL)).isFalse();
        assertThat(Values.same(new Bits(new byte[] {8}, 5), new Bits(new byte[] {8}, 5)))
                .isTrue();
    }

    @Test
    void comparesSharedPartsOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            assertThat(Values.same(doubled(300, 1L), doubled(300, 1L))).isTrue();
            assertThat(Values.alike(doubled(300, 1L), doubled(300, 1.0))).isTrue();
            assertThat(Values.same(doubled(300, 1L), doubled(300, 1.0))).isFalse();
            assertThat(Values.same(List.of(doubled(300, 1L), 1L), List.of(doubled(300, 1L), 2L)))
                    .isFalse();
        });
    }

    /** Of few objects, and as a tree of more leaves than there are atoms. */
    private static Object doubled(int levels, Object leaf) {
        Object value = leaf;
        for (int i = 0; i < levels; i++) {
            value = i % 2 == 0 ? List.of(value, value) : Map.of("a", value, "b", value);
        }
        return value;
    }

    @Test
    void endsAComparisonOfTooMuch() {
        List<Long> ones = Collections.nCopies(1_000_001, 1L);

        assertThatThrownBy(() -> Values.same(ones, new ArrayList<>(ones)))
                .isInstanceOfSatisfying(
                        EvaluationException.class,
                        e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED));
    }

    @Test
    void showsShortValuesAndTheKindOfLongOnes() {
        assertThat(Values.shown(null)).isEqualTo("undefined");
        assertThat(Values.shown(Text.of("a"))).isEqualTo("string 'a'");
        assertThat(Values.shown(Text.of("a".repeat(100)))).isEqualTo("string");
        assertThat(Values.shown(1.5)).isEqualTo("float 1.5");
        assertThat(Values.shown(List.of())).isEqualTo("array");
    }
}
