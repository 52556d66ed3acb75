package io.maxmq.spi.storage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ShardTest {

    /** Worked out by another program: what is on disk must be found again by every later release. */
    @ParameterizedTest
    @CsvSource({
        "'', '', 27",
        "default, sensor-1, 127",
        "default, sensor-2, 111",
        "default, a/b/c, 44",
        "a, bc, 48",
        "ab, c, 123",
        "größe, 温度/1, 46"
    })
    void neverChanges(String tenant, String name, int shard) {
        assertThat(Shard.of(tenant, name)).isEqualTo(shard);
        assertThat(Shard.of(tenant.getBytes(StandardCharsets.UTF_8), name.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(shard);
    }

    @Test
    void spreadsNamesThatDifferOnlyInANumber() {
        int[] names = new int[Shard.COUNT];
        for (int i = 0; i < 256 * 100; i++) {
            names[Shard.of("default", "sensor-" + i)]++;
        }

        // 100 each on average, standard deviation 10.
        assertThat(Arrays.stream(names).min().orElseThrow()).isGreaterThan(50);
        assertThat(Arrays.stream(names).max().orElseThrow()).isLessThan(150);
    }

    @Test
    void refusesNumbersThatAreNoShards() {
        assertThat(Shard.check(255)).isEqualTo(255);
        assertThatIllegalArgumentException().isThrownBy(() -> Shard.check(256)).withMessageContaining("shard=256");
        assertThatIllegalArgumentException().isThrownBy(() -> Shard.check(-1));
    }
}
