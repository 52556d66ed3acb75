package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Values out of JSON, their limits and the errors' texts. */
class JsonReaderTest {

    private static Object read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return JsonReader.read(bytes, 0, bytes.length, 512);
    }

    @Test
    void makesTheValuesOfTheLanguage() {
        assertThat(read("{\"b\":[1,2.0,\"x\",true,null],\"a\":{}}"))
                .isEqualTo(Map.of("b", List.of(1L, 2.0, Text.of("x"), true, JsonNull.NULL), "a", Map.of()));
        assertThat(((Map<?, ?>) read("{\"b\":1,\"a\":2,\"b\":3}")).keySet()).hasToString("[b, a]");
    }

    @Test
    void readsIntegersOfAnySize() {
        assertThat(read("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(read("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
        assertThat(read("9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
        assertThat(read("-0")).isEqualTo(0L);
        assertThat(read("1769862896789012345")).isEqualTo(1769862896789012345L);
        assertThat(read("-1769862896789012345")).isEqualTo(-1769862896789012345L);
        assertThat(read("9223372036854775799")).isEqualTo(9223372036854775799L);
        assertThat(read("-9223372036854775809")).isEqualTo(new BigInteger("-9223372036854775809"));
    }

    @Test
    void limitsIntegers() {
        assertThat(read("9".repeat(1_200))).isInstanceOf(BigInteger.class);
        assertThatThrownBy(() -> read("[" + "9".repeat(1_300) + "]"))
                .isInstanceOfSatisfying(
                        EvaluationException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT_EXCEEDED));
        assertThatThrownBy(() -> read("9".repeat(1_000_000))).isInstanceOf(EvaluationException.class);
    }

    @Test
    void readsFloatsAsTheNearestDouble() {
        for (String number : List.of(
                "0.1",
                "1e22",
                "1e23",
                "9007199254740993.0",
                "123456.789e-3",
                "5e-324",
                "1.7976931348623157e308",
                "-0.0",
                "0.000001",
                "2.2250738585072011e-308",
                "12345678901234567890.5",
                "1e-22",
                "8.5e-23")) {
            assertThat(read(number)).as(number).isEqualTo(Double.parseDouble(number));
        }
    }

    @Test
    void limitsTheDepth() {
        String deep = "[".repeat(512) + "]".repeat(512);
        assertThat(read(deep)).isInstanceOf(List.class);
        assertThatThrownBy(() -> read("[" + deep + "]")).hasMessageContaining("deep");
        assertThatThrownBy(() -> read("{\"a\":" + deep + "}")).hasMessageContaining("deep");
        assertThatThrownBy(() -> read("[".repeat(1_000_000))).hasMessageContaining("deep");
    }

    @Test
    void saysWhereTextIsNoJson() {
        assertThatThrownBy(() -> read("{\"a\": tru}")).isInstanceOfSatisfying(EvaluationException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.DECODE_JSON);
            assertThat(e).hasMessageContaining("byte 7 of 10");
        });
        assertThatThrownBy(() -> read("[1,")).hasMessageContaining("the end");
    }

    @Test
    void givesUndefinedWhereSomebodyOnlyTries() {
        assertThat(JsonReader.readOrUndefined(Text.of("{"), 512)).isNull();
        assertThat(JsonReader.readOrUndefined(Text.of("7"), 512)).isEqualTo(7L);
    }

    @Test
    void survivesManyKeysOfOneHash() {
        // "Aa" and "BB" have the same hash.
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 1 << 14; i++) {
            text.append(i == 0 ? "\"" : ",\"");
            for (int bit = 0; bit < 14; bit++) {
                text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            text.append("\":1");
        }
        assertThat((Map<?, ?>) read(text.append('}').toString())).hasSize(1 << 14);
    }
}
