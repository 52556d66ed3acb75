package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Values;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/** Reading and writing against each other and against Jackson. */
class JsonPropertyTest {
    private static final String PIECES = "{}[]\",:\\u0123456789.eE+- \ntrfalsn\u00e9";

    @Property(tries = 500)
    void readsWhatIsWritten(@ForAll long seed) {
        Object value = new JsonDocuments(seed).value(5);

        Object read = JsonConformanceTest.read(JsonWriter.bytes(value));

        assertThat(Values.same(read, value)).isTrue();
    }

    /** With no digit more than Java needs, which on this version gives some floats of more than 15 digits one more. */
    @Property(tries = 3_000)
    void writesFloatsWithTheFewestDigits(@ForAll long seed) {
        Random random = new Random(seed);
        double value = random.nextInt(3) == 0
                ? Double.longBitsToDouble(random.nextLong())
                : random.nextLong() / Math.pow(10, random.nextInt(40));
        value = random.nextInt(3) == 0 ? random.nextInt(100_000) / Math.pow(10, random.nextInt(8)) : value;
        if (!Double.isFinite(value)) {
            return;
        }

        String written = new String(JsonWriter.bytes(value), StandardCharsets.UTF_8);

        assertThat(Double.doubleToLongBits(Double.parseDouble(written))).isEqualTo(Double.doubleToLongBits(value));
        assertThat(new BigDecimal(written).stripTrailingZeros().precision())
                .as(written)
                .isLessThanOrEqualTo(new BigDecimal(Double.toString(value))
                        .stripTrailingZeros()
                        .precision());
        assertThat(written).matches("-?(0|[1-9][0-9]*)\\.[0-9]+(e-?[0-9]+)?").doesNotMatch(".*\\.[0-9]+0(e.*)?");
    }

    @Property(tries = 500)
    void readsAnyTextAsJacksonDoes(@ForAll long seed) throws IOException {
        JsonDocuments documents = new JsonDocuments(seed);
        byte[] text = documents.text(documents.value(5)).getBytes(StandardCharsets.UTF_8);

        Object ours = JsonConformanceTest.read(text);

        assertThat(ours).isNotNull();
        assertThat(Values.same(ours, JsonReference.read(text))).isTrue();
    }

    /** Bytes put in, taken out and changed: each reader of ours says the same, and Jackson too where the text is Unicode. */
    @Property(tries = 2_000)
    void refusesWhatJacksonRefuses(@ForAll long seed) throws IOException {
        JsonDocuments documents = new JsonDocuments(seed);
        byte[] text = mutated(documents.text(documents.value(4)).getBytes(StandardCharsets.UTF_8), new Random(seed));

        Object ours = JsonConformanceTest.read(text);
        Extraction extraction = new Extraction(PathTrie.of(List.of(documents.path(), documents.path())));
        boolean extracted = true;
        try {
            extraction.read(text, 0, text.length, true);
        } catch (EvaluationException e) {
            extracted = false;
        }

        assertThat(extracted).isEqualTo(ours != null);
        if (comparable(text)) {
            Object theirs = JsonReference.read(text);
            assertThat(ours != null)
                    .as(new String(text, StandardCharsets.UTF_8))
                    .isEqualTo(theirs != null);
            assertThat(Values.same(ours, theirs)).isTrue();
        }
    }

    private static byte[] mutated(byte[] text, Random random) {
        byte[] mutated = text;
        for (int i = random.nextInt(3); i >= 0; i--) {
            if (mutated.length == 0) {
                return mutated;
            }
            int at = random.nextInt(mutated.length);
            int kind = random.nextInt(3);
            byte[] next = new byte[mutated.length + (kind == 0 ? 1 : kind == 1 ? -1 : 0)];
            System.arraycopy(mutated, 0, next, 0, Math.min(at, next.length));
            int from = kind == 0 ? at : at + 1;
            int to = kind == 1 ? at : at + 1;
            System.arraycopy(mutated, from, next, to, Math.min(mutated.length - from, next.length - to));
            if (kind != 1) {
                next[at] = (byte) PIECES.charAt(random.nextInt(PIECES.length()));
            }
            mutated = next;
        }
        return mutated;
    }

    /** Half surrogate pairs, floats without end and other charsets than UTF-8 are told apart on purpose. */
    private static boolean comparable(byte[] text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            return false;
        }
        String string = new String(text, StandardCharsets.UTF_8);
        return string.indexOf('\0') < 0
                && string.indexOf('\uFEFF') != 0
                && !string.matches("(?s).*\\\\u[dD][89a-fA-F].*")
                && !string.matches("(?s).*[eE]\\+?[0-9]{3}.*");
    }
}
