package io.maxmq.rules.state;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What rules remember has an end, whatever clients send. */
class MemoryKeyValuesTest {
    private static final int MIB = 1024 * 1024;

    private final MemoryKeyValues values = new MemoryKeyValues();

    @Test
    void refusesWhatIsTooLargeInAll() {
        for (int i = 0; i < 63; i++) {
            values.put("k" + i, i, MIB);
        }

        assertThatThrownBy(() -> values.put("large", "x", MIB))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("67108864 bytes");

        assertThat(values.get("large")).isNull();
        values.put("small", 1, 10);
        assertThat(values.get("small")).isEqualTo(1);
    }

    @Test
    void countsKeysToo() {
        String longest = "k".repeat(MemoryKeyValues.MAX_KEY_CHARACTERS - 4);

        assertThatThrownBy(() -> {
                    for (int i = 1_000; i < 4_000; i++) {
                        values.put(longest + i, 1, 1);
                    }
                })
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("67108864 bytes");
    }

    @Test
    void countsWhatArraysAndMapsCostBesideTheirJson() {
        Object empty = List.of();
        List<Object> arrays = Collections.nCopies(20_000, empty);
        Map<String, Object> maps = Map.of("m", Collections.nCopies(20_000, Map.of()));

        for (Object each : List.of(arrays, maps)) {
            MemoryKeyValues fresh = new MemoryKeyValues();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 80; i++) {
                            fresh.put("k" + i, each, 60_000);
                        }
                    })
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("67108864 bytes");
        }
    }

    @Test
    void refusesAKeyThatNoStorageHasToTake() {
        String longest = "k".repeat(MemoryKeyValues.MAX_KEY_CHARACTERS);
        values.put(longest, 1, 1);

        assertThatThrownBy(() -> values.put(longest + "k", 1, 1))
                .isInstanceOfSatisfying(
                        EvaluationException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT_EXCEEDED));
    }

    @Test
    void hasTheRoomAgainOfWhatIsRemovedAndReplaced() {
        for (int i = 0; i < 1000; i++) {
            values.put("a", i, 40 * MIB);
            values.put("b", i, 20 * MIB);
            values.remove("b");
            values.remove("b");
        }

        assertThat(values.get("a")).isEqualTo(999);
        assertThat(values.get("b")).isNull();
    }

    @Test
    void refusesTooManyKeys() {
        for (int i = 0; i < 100_000; i++) {
            values.put("k" + i, i, 1);
        }

        assertThatThrownBy(() -> values.put("more", 1, 1)).hasMessageContaining("100000 keys");

        values.put("k1", "again", 7);
        assertThat(values.get("k1")).isEqualTo("again");
    }
}
