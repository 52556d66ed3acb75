package io.maxmq.auth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JsonTextTest {

    @Test
    void readsEveryKindOfValue() {
        List<@Nullable Object> list = new ArrayList<>(List.of(1.0, -0.5, 2e3, 0.0, true, false));
        list.add(null);
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("list", list);
        expected.put("text", "a\"\\/\b\f\n\r\té\u20AC\uD83D\uDE00");
        expected.put("", Map.of());

        Object read = JsonText.parse(" {\"list\" : [1, -0.5 ,2e3,0,true,false,null]\n,\"text\":"
                + "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\uD83D\uDE00\",\"\":{ }} ");

        assertThat(read).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "}", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "'a'", "\"a", "\"\n\"",
                "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "01", "1.", ".5", "+1", "1e", "-", "tru", "nulll", "NaN", "1 2",
                "{\"a\":1,\"a\":2}", "[1}", "\0", "\uFEFF1", "\"\\u\uFF11\uFF11\uFF11\uFF11\""
            })
    void refusesWhatIsNoJson(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonText.parse(text));
    }

    @Test
    void doesNotNestWithoutEnd() {
        assertThat(JsonText.parse("[".repeat(32) + "]".repeat(32))).isNotNull();
        assertThatIllegalArgumentException().isThrownBy(() -> JsonText.parse("[".repeat(100_000)));
    }

    @Property(tries = 200)
    void readsWhatItWrites(@ForAll String name, @ForAll String value) {
        StringBuilder json = new StringBuilder("{");
        JsonText.append(json, "first" + name, value);
        JsonText.append(json, name, value);
        json.append('}');

        assertThat(JsonText.parse(json.toString())).isEqualTo(Map.of("first" + name, value, name, value));
    }

    @Property(tries = 500)
    void anyTextIsReadOrRefused(@ForAll String text) {
        try {
            JsonText.parse("[" + text + "]");
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("is no JSON at character ");
        }
    }
}
