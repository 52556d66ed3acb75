package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Values;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which texts are JSON and what they say, by a list in the resources and by Jackson. */
class JsonConformanceTest {
    private static final PathTrie ONE_PATH = PathTrie.of(List.of(List.of("no such key")));
    private static final PathTrie WHOLE = PathTrie.of(List.of(List.of()));

    @Test
    void acceptsAndRejectsAsTheListSays() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String line : lines()) {
            boolean accept = line.startsWith("accept");
            byte[] bytes = bytes(line);
            if (accept != (read(bytes) != null)
                    || accept != extracts(ONE_PATH, bytes)
                    || accept != extracts(WHOLE, bytes)) {
                wrong.add(line);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void agreesWithJackson() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String line : lines()) {
            byte[] bytes = bytes(line);
            Object ours = read(bytes);
            Object theirs = JsonReference.read(bytes);
            boolean same = (ours == null) == (theirs == null) && (ours == null || Values.same(ours, theirs));
            if (!same && !line.startsWith("reject*")) {
                wrong.add(line + " -> " + ours + " / " + theirs);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void readsTheSameFromTheMiddleOfAnArray() throws IOException {
        for (String line : lines()) {
            byte[] bytes = bytes(line);
            byte[] around = new byte[bytes.length + 20];
            Arrays.fill(around, (byte) '"');
            System.arraycopy(bytes, 0, around, 10, bytes.length);
            Object alone = read(bytes);

            Object within;
            try {
                within = JsonReader.read(around, 10, 10 + bytes.length, 512);
            } catch (EvaluationException e) {
                within = null;
            }

            assertThat(Values.same(alone, within)).as(line).isTrue();
        }
    }

    static @Nullable Object read(byte[] bytes) {
        try {
            return JsonReader.read(bytes, 0, bytes.length, 512);
        } catch (EvaluationException e) {
            assertThat(e.code()).isEqualTo(EvaluationException.Code.DECODE_JSON);
            return null;
        }
    }

    private static boolean extracts(PathTrie paths, byte[] bytes) {
        try {
            new Extraction(paths).read(bytes, 0, bytes.length, true);
            return true;
        } catch (EvaluationException e) {
            return false;
        }
    }

    static List<String> lines() throws IOException {
        try (InputStream in = JsonConformanceTest.class.getResourceAsStream("conformance.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    static byte[] bytes(String line) {
        String text = line.substring(Math.min(line.length(), line.indexOf(' ') + 1));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
