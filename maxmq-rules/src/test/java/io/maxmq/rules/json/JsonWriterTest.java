package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Values as JSON. */
class JsonWriterTest {

    private static String written(@Nullable Object value) {
        return new String(JsonWriter.bytes(value), StandardCharsets.UTF_8);
    }

    @Test
    void writesEachKind() {
        assertThat(written(Arrays.asList(
                        1L, 1.0, true, null, JsonNull.NULL, Text.of("x"), new BigInteger("9223372036854775808"))))
                .isEqualTo("[1,1.0,true,null,null,\"x\",9223372036854775808]");
        assertThat(written(Map.of())).isEqualTo("{}");
        assertThat(written(List.of())).isEqualTo("[]");
    }

    @Test
    void writesIntegersPlain() {
        for (long value : new long[] {
            0,
            9,
            10,
            -10,
            99,
            100,
            123456789,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            Long.MIN_VALUE + 1,
            1000000000000000000L,
            999999999999999999L
        }) {
            assertThat(written(value)).isEqualTo(Long.toString(value));
        }
    }

    @Test
    void writesFloatsWithAPointOrAnExponent() {
        assertThat(written(List.of(1.0, -0.5, 1e7, 12345678.0, 1e20, 1e21, 1e-5, 1e-7, 1.5e300)))
                .isEqualTo("[1.0,-0.5,10000000.0,12345678.0,100000000000000000000.0,1.0e21,0.00001,1.0e-7,1.5e300]");
    }

    @Test
    void escapesWhatMustBe() {
        assertThat(written(Text.of("\"\\/\n\r\t\b\f\u0001\u001f\u007fé你👍")))
                .isEqualTo("\"\\\"\\\\/\\n\\r\\t\\b\\f\\u0001\\u001f\u007fé你👍\"");
        Map<String, Object> odd = new LinkedHashMap<>();
        odd.put("a\"b", 1L);
        assertThat(written(odd)).isEqualTo("{\"a\\\"b\":1}");
    }

    @Test
    void writesBytesThatAreNoTextAsBase64() {
        assertThat(written(Text.ofBytes(new byte[] {(byte) 0xff, 0}))).isEqualTo("\"/wA=\"");
        assertThat(written(new byte[] {'a'})).isEqualTo("\"a\"");
        assertThat(written(new Bits(new byte[] {(byte) 0xa0}, 3))).isEqualTo("\"oA==\"");
    }

    @Test
    void writesTheTypesOfTheJdk() {
        assertThat(written(List.of("x", 1, 2.5f))).isEqualTo("[\"x\",1,2.5]");
    }

    @Test
    void leavesUndefinedMembersOutWhereToldSo() {
        Map<String, @Nullable Object> record = new LinkedHashMap<>();
        record.put("a", null);
        record.put("b", JsonNull.NULL);
        record.put("c", Arrays.asList((Object) null));

        assertThat(written(record)).isEqualTo("{\"a\":null,\"b\":null,\"c\":[null]}");
        assertThat(new JsonWriter(true, 100).write(record).toBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"b\":null,\"c\":[null]}");
    }

    @Test
    void isUsedAgain() {
        JsonWriter writer = new JsonWriter(false, 1_000);

        writer.raw(new byte[] {'{'}, 0, 1).key("k").write(1L).raw(new byte[] {'}'}, 0, 1);
        assertThat(writer.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo("{\"k\":1}");
        writer.clear();
        writer.write(Text.of("x".repeat(500)));

        assertThat(writer.length()).isEqualTo(502);
    }

    @Test
    void endsAtTheLimits() {
        assertThatThrownBy(() -> JsonWriter.text(Text.of("x".repeat(99)), 100))
                .isInstanceOfSatisfying(
                        EvaluationException.class,
                        e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED));
        Object deep = 1L;
        for (int i = 0; i < 100_000; i++) {
            List<Object> outer = new ArrayList<>();
            outer.add(deep);
            deep = outer;
        }
        Object nested = deep;
        assertThatThrownBy(() -> JsonWriter.bytes(nested)).isInstanceOf(EvaluationException.class);
    }
}
