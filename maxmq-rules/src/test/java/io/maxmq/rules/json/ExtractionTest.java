package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Paths found in one pass, and that they say what a tree would. */
class ExtractionTest {

    private static Extraction extraction(String text, boolean strict, List<?>... paths) {
        Extraction extraction = new Extraction(PathTrie.of(List.of(paths)));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        extraction.read(bytes, 0, bytes.length, strict);
        return extraction;
    }

    @Test
    void findsAllPathsInOnePass() {
        Extraction found = extraction(
                "{\"a\":{\"b\":[10,20,30],\"t\":1.5},\"x\":\"y\"}",
                true,
                List.of("a", "b", 2),
                List.of("a", "t"),
                List.of("x"),
                List.of("a"),
                List.of("a", "b", -1),
                List.of("nope"));

        assertThat(found.value(0)).isEqualTo(20L);
        assertThat(found.value(1)).isEqualTo(1.5);
        assertThat(found.value(2)).isEqualTo(Text.of("y"));
        assertThat(found.value(3)).isEqualTo(Map.of("b", List.of(10L, 20L, 30L), "t", 1.5));
        assertThat(found.value(4)).isEqualTo(30L);
        assertThat(found.value(5)).isNull();
    }

    @Test
    void countsTheLastOfMembersWithOneKey() {
        Extraction found = extraction("{\"a\":{\"b\":1},\"a\":{\"c\":2}}", true, List.of("a", "b"), List.of("a", "c"));

        assertThat(found.value(0)).isNull();
        assertThat(found.value(1)).isEqualTo(2L);
    }

    @Test
    void readsAKeyWithEscapes() {
        assertThat(extraction("{\"\\u0061\":1}", true, List.of("a")).value(0)).isEqualTo(1L);
    }

    @Test
    void endsEarlyInFastMode() {
        String text = "{\"a\":1,\"b\":tru";

        assertThat(extraction(text, false, List.of("a")).value(0)).isEqualTo(1L);
        assertThatThrownBy(() -> extraction(text, true, List.of("a"))).isInstanceOf(EvaluationException.class);
        assertThatThrownBy(() -> extraction(text, false, List.of("a"), List.of("c")))
                .isInstanceOf(EvaluationException.class);
    }

    @Test
    void forgetsTheDocumentBefore() {
        Extraction extraction = extraction("{\"a\":1}", true, List.of("a"));
        byte[] other = "{\"b\":2}".getBytes(StandardCharsets.UTF_8);

        extraction.read(other, 0, other.length, true);

        assertThat(extraction.value(0)).isNull();
    }

    @Test
    void givesNumbersWithoutBoxes() {
        Extraction found = extraction(
                "[12,1.25,\"12\",12345678901234567890]", true, List.of(1), List.of(2), List.of(3), List.of(4));

        assertThat(found.isLong(0)).isTrue();
        assertThat(found.asLong(0)).isEqualTo(12);
        assertThat(found.isDouble(1)).isTrue();
        assertThat(found.asDouble(1)).isEqualTo(1.25);
        assertThat(found.isLong(2)).isFalse();
        assertThat(found.isLong(3)).isFalse();
    }

    @Test
    void writesWhatIsOnlyForwardedAsItsValueIsWritten() {
        Extraction found = extraction(
                "{\"a\" : [1, {\"b\":2.50}] , \"c\":\"x\\n\\/\", \"e\":\"\u00e9\",\"f\":-1.250,\"g\":1e2,\"h\":-0,\"i\":12.75}",
                true,
                List.of("a"),
                List.of("c"),
                List.of("d"),
                List.of("e"),
                List.of("f"),
                List.of("g"),
                List.of("h"),
                List.of("i"));
        JsonWriter out = new JsonWriter(false, 1_000);

        for (int path = 0; path < 8; path++) {
            assertThat(found.isRaw(path)).isTrue();
            found.write(path, out);
            out.raw(new byte[] {';'});
        }

        assertThat(out.toBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("[1,{\"b\":2.5}];\"x\\n/\";null;\"\u00e9\";-1.25;100.0;0;12.75;");
        assertThat(extraction("[1]", true, List.of(-1)).isRaw(0)).isFalse();
    }

    @Property(tries = 1_000)
    void agreesWithTheTree(@ForAll long seed) {
        JsonDocuments documents = new JsonDocuments(seed);
        byte[] text = documents.text(documents.value(5)).getBytes(StandardCharsets.UTF_8);
        Object tree = JsonReader.read(text, 0, text.length, 512);
        List<List<Object>> paths = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            paths.add(documents.path());
        }
        Extraction extraction = new Extraction(PathTrie.of(paths));

        extraction.read(text, 0, text.length, true);

        for (int i = 0; i < paths.size(); i++) {
            Object expected = at(tree, paths.get(i));
            assertThat(Values.same(extraction.value(i), expected))
                    .as(() -> paths + " of " + new String(text, StandardCharsets.UTF_8))
                    .isTrue();
            JsonWriter out = new JsonWriter(false, 1_000_000);
            extraction.write(i, out);
            assertThat(out.toBytes()).isEqualTo(JsonWriter.bytes(expected));
        }
    }

    /** What is copied is what would be written of the number. */
    @Property(tries = 3_000)
    void writesNumbersAsTheirValuesAreWritten(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "-" : "");
        text.append(random.nextInt(3) == 0 ? "0" : digits(random, 1 + random.nextInt(random.nextBoolean() ? 4 : 20)));
        if (random.nextInt(5) > 0) {
            text.append('.').append("0".repeat(random.nextInt(3) * random.nextInt(4)));
            text.append(digits(random, random.nextInt(random.nextBoolean() ? 3 : 16)));
            text.append("0".repeat(random.nextInt(3)));
            text.append(text.charAt(text.length() - 1) == '.' ? "0" : "");
        }
        if (random.nextInt(5) == 0) {
            text.append(random.nextBoolean() ? "e" : "E-").append(random.nextInt(30));
        }
        Extraction extraction = extraction("{\"a\":" + text + "}", true, List.of("a"));
        JsonWriter out = new JsonWriter(false, 1_000);

        extraction.write(0, out);

        assertThat(out.toBytes()).as(text.toString()).isEqualTo(JsonWriter.bytes(extraction.value(0)));
    }

    private static String digits(Random random, int count) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < count; i++) {
            digits.append((char) ('1' + random.nextInt(9)));
        }
        return digits.toString();
    }

    /** Without members that come twice both modes say the same. */
    @Property(tries = 500)
    void agreesWithTheTreeInFastMode(@ForAll long seed) {
        JsonDocuments documents = new JsonDocuments(seed);
        Object tree = documents.value(5);
        byte[] text = JsonWriter.bytes(tree);
        List<List<Object>> paths = List.of(documents.path(), documents.path(), documents.path());
        Extraction extraction = new Extraction(PathTrie.of(paths));

        extraction.read(text, 0, text.length, false);

        for (int i = 0; i < paths.size(); i++) {
            assertThat(Values.same(extraction.value(i), at(tree, paths.get(i)))).isTrue();
        }
    }

    private static @Nullable Object at(@Nullable Object value, List<Object> path) {
        Object at = value;
        for (Object step : path) {
            Object container = at instanceof Text text ? JsonReader.readOrUndefined(text, 512) : at;
            if (container instanceof Map<?, ?> map && step instanceof String) {
                at = map.get(step);
            } else if (container instanceof List<?> list && step instanceof Integer place && place != 0) {
                int index = place > 0 ? place - 1 : list.size() + place;
                at = index >= 0 && index < list.size() ? list.get(index) : null;
            } else {
                return null;
            }
        }
        return at;
    }
}
