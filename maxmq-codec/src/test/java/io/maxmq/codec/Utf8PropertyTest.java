package io.maxmq.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

import static org.assertj.core.api.Assertions.assertThat;

@StatisticsReport(StatisticsReportMode.OFF)
class Utf8PropertyTest {
    /** Where each byte of a multi-byte form changes from allowed to not. */
    private static final int[] EDGES = {
        0x00, 0x01, 0x2F, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xAF, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
        0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFC, 0xFE, 0xFF
    };

    @Example
    @Spec(
            value = {"MQTT-1.5.4-1", "MQTT-1.5.4-2"},
            v3 = {"MQTT-1.5.3-1", "MQTT-1.5.3-2"})
    void agreesWithTheJdkOnAllSequencesOfEdges() {
        for (int first = 0; first < 256; first++) {
            check((byte) first);
            for (int second = 0; second < 256; second++) {
                check((byte) first, (byte) second);
                for (int third : EDGES) {
                    check((byte) first, (byte) second, (byte) third);
                }
            }
        }
        for (int first : EDGES) {
            for (int second : EDGES) {
                for (int third : EDGES) {
                    for (int fourth : EDGES) {
                        check((byte) first, (byte) second, (byte) third, (byte) fourth);
                    }
                }
            }
        }
    }

    @Property(tries = 5000)
    void agreesWithTheJdkOnLongerText(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            text.appendCodePoint(random.nextInt(6) > 0 ? 1 + random.nextInt(0x7F) : 1 + random.nextInt(0xD7FF));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextBoolean() && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) EDGES[random.nextInt(EDGES.length)];
        }

        Statistics.collect(check(bytes));
        Statistics.coverage(coverage -> {
            coverage.check(true).percentage(p -> p > 20);
            coverage.check(false).percentage(p -> p > 20);
        });
    }

    @Property(tries = 3000)
    void measuresStringsAsTheyAreEncoded(@ForAll String text) {
        boolean encodable = StandardCharsets.UTF_8.newEncoder().canEncode(text) && text.indexOf('\0') < 0;

        assertThat(Utf8.encodedLength(text)).isEqualTo(encodable ? text.getBytes(StandardCharsets.UTF_8).length : -1);
    }

    @Example
    void refusesHalfSurrogatePairs() {
        assertThat(Utf8.encodedLength("\uD83D\uDE00")).isEqualTo(4);
        assertThat(Utf8.encodedLength("\uD83D")).isEqualTo(-1);
        assertThat(Utf8.encodedLength("\uDE00\uD83D")).isEqualTo(-1);
        assertThat(Utf8.encodedLength("\uD83D\uD83D\uDE00")).isEqualTo(-1);
    }

    @Example
    void quotesWithoutLettingThePeerFillOrForgeALog() {
        assertThat(Utf8.quote("a/ä")).isEqualTo("a/ä");
        assertThat(Utf8.quote("a\nERROR b\u0085\uD83D\uDE00")).isEqualTo("a\\nERROR b\\u0085\uD83D\uDE00");
        assertThat(Utf8.quote("x".repeat(65_535))).isEqualTo("x".repeat(100) + "… (65535 characters)");
    }

    /** As arrays and buffers, within other bytes that must not matter. */
    private static boolean check(byte... bytes) {
        byte[] padded = new byte[bytes.length + 5];
        padded[0] = (byte) 0xC3;
        padded[1] = (byte) 0xFF;
        System.arraycopy(bytes, 0, padded, 2, bytes.length);
        padded[2 + bytes.length] = (byte) 0x80;
        padded[3 + bytes.length] = (byte) 0xBF;

        boolean expected = jdkAccepts(bytes);
        boolean array = Utf8.isWellFormed(padded, 2, bytes.length);
        boolean buffer = Utf8.isWellFormed(ByteBuffer.wrap(padded), 2, bytes.length);
        boolean exact = Utf8.isWellFormed(bytes, 0, bytes.length);
        // A payload may have U+0000; another ASCII character in its place changes nothing else.
        byte[] withoutNul = padded.clone();
        for (int i = 0; i < withoutNul.length; i++) {
            withoutNul[i] = withoutNul[i] == 0 ? (byte) 1 : withoutNul[i];
        }
        boolean payload = Utf8.isWellFormedPayload(ByteBuffer.wrap(padded), 2, bytes.length);
        if (payload != Utf8.isWellFormed(withoutNul, 2, bytes.length)) {
            assertThat(bytes).as("as a payload %s", payload).isEmpty();
        }
        if (array != expected || buffer != expected || exact != expected) {
            assertThat(bytes)
                    .as("array %s, buffer %s, jdk %s", array, buffer, expected)
                    .isEmpty();
        }
        return expected;
    }

    private static boolean jdkAccepts(byte[] bytes) {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        boolean wellFormed = !decoder.decode(ByteBuffer.wrap(bytes), text, true).isError();
        return wellFormed && text.flip().toString().indexOf('\0') < 0;
    }
}
