package io.maxmq.rules.state;

import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.storage.Bytes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StateRecordsTest {

    static Stream<Object> values() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("z", List.of(1L, JsonNull.NULL));
        map.put("", null);
        map.put("ä", Map.of("n", 1.5));
        return Stream.of(
                JsonNull.NULL,
                true,
                false,
                0L,
                Long.MIN_VALUE,
                BigInteger.ONE.shiftLeft(100).negate(),
                -0.0,
                1e300,
                Text.EMPTY,
                Text.of("grün"),
                Text.ofBytes(new byte[] {(byte) 0xFF, 0, (byte) 0xC3}),
                new Bits(new byte[] {(byte) 0xA0}, 3),
                List.of(),
                Arrays.asList(1L, null, List.of(Text.of("a"))),
                Map.of(),
                map);
    }

    @ParameterizedTest
    @MethodSource("values")
    void readsWhatItHasWritten(Object value) {
        Object read = StateRecords.decode(StateRecords.encode(value));

        assertThat(read).isEqualTo(value);
        if (value instanceof Map<?, ?> map) {
            assertThat(new ArrayList<Object>(((Map<?, ?>) read).keySet()))
                    .isEqualTo(new ArrayList<Object>(map.keySet()));
        }
    }

    @Test
    void hasTheLayoutOfItsJavadoc() {
        assertThat(hex(7L)).isEqualTo("01040000000000000007");
        assertThat(hex(Text.of("ab"))).isEqualTo("0107000000026162");
        assertThat(hex(Map.of("k", List.of(true, JsonNull.NULL))))
                .isEqualTo("010a00000001" + "000000016b" + "09000000020301");
    }

    @Test
    void isDecodedAtEveryLengthOrRefused() {
        byte[] whole =
                StateRecords.encode(Map.of("k", List.of(1L, Text.of("abc")))).toArray();

        for (int length = 0; length < whole.length; length++) {
            Bytes cut = Bytes.wrap(Arrays.copyOf(whole, length));
            assertThatIllegalArgumentException().isThrownBy(() -> StateRecords.decode(cut));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0201", "0100", "010101", "010b", "01097fffffff", "0107ffffffff", "0108ffffffff", "010500000000"
            })
    void refusesWhatIsNoRecord(String hex) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StateRecords.decode(Bytes.wrap(HexFormat.of().parseHex(hex))));
    }

    @Test
    void refusesNestingThatNoStackWouldBear() {
        Object value = 1L;
        for (int i = 0; i < 2_000; i++) {
            value = Collections.singletonList(value);
        }
        Object deep = value;

        assertThatIllegalArgumentException().isThrownBy(() -> StateRecords.encode(deep));
    }

    private static String hex(Object value) {
        return HexFormat.of().formatHex(StateRecords.encode(value).toArray());
    }
}
