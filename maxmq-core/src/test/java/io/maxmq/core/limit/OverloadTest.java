package io.maxmq.core.limit;

import io.maxmq.config.OverloadLimits;
import io.maxmq.core.limit.Overload.Measures;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class OverloadTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Measures NOTHING = new Measures(0, 0, 100, -1);

    private static OverloadLimits.Builder limits() {
        return OverloadLimits.builder()
                .enabled(true)
                .loopDelay(Duration.ofSeconds(1))
                .memoryPercent(80)
                .storagePendingBytes(1000)
                .calm(Duration.ofSeconds(5));
    }

    private final Overload overload = new Overload(limits().build());

    @ParameterizedTest
    @CsvSource({
        "999999999, 0, 0, 0",
        "1000000000, 0, 0, 1",
        "1999999999, 0, 0, 1",
        "2000000000, 0, 0, 2",
        "3999999999, 0, 0, 2",
        "4000000000, 0, 0, 3",
        "9223372036854775807, 0, 0, 3",
        "0, 79, 0, 0",
        "0, 80, 0, 1",
        "0, 90, 0, 2",
        "0, 95, 0, 3",
        "0, 130, 0, 3",
        "0, 0, -1, 0",
        "0, 0, 1000, 1",
        "0, 0, 2000, 2",
        "0, 0, 4000, 3",
        "2000000000, 80, 4000, 3",
        "2000000000, 80, 999, 2",
    })
    void levelIsTheHighestOfAllMeasures(long delay, long used, long pending, int level) {
        assertThat(overload.look(new Measures(delay, used, 100, pending), 0)).isEqualTo(level);
        assertThat(overload.level()).isEqualTo(level);
        assertThat(overload.shedsConnections()).isEqualTo(level >= 1);
        assertThat(overload.shedsQos0()).isEqualTo(level >= 2);
        assertThat(overload.shedsSubscriptions()).isEqualTo(level >= 3);
    }

    @Test
    void levelRisesImmediatelyAndFallsStepwiseAfterCalmPeriods() {
        assertThat(overload.look(new Measures(0, 95, 100, -1), 0)).isEqualTo(3);

        assertThat(overload.look(NOTHING, 5 * SECOND - 1)).isEqualTo(3);
        assertThat(overload.look(NOTHING, 5 * SECOND)).isEqualTo(2);
        assertThat(overload.look(NOTHING, 10 * SECOND - 1)).isEqualTo(2);
        assertThat(overload.look(new Measures(0, 90, 100, -1), 10 * SECOND)).isEqualTo(2); // overloaded again
        assertThat(overload.look(NOTHING, 15 * SECOND - 1)).isEqualTo(2);
        assertThat(overload.look(NOTHING, 15 * SECOND)).isEqualTo(1);
        assertThat(overload.look(new Measures(4 * SECOND, 0, 100, -1), 16 * SECOND))
                .isEqualTo(3);
        assertThat(overload.look(NOTHING, 21 * SECOND)).isEqualTo(2);
        assertThat(overload.look(NOTHING, 26 * SECOND)).isEqualTo(1);
        assertThat(overload.look(NOTHING, 31 * SECOND)).isZero();
        assertThat(overload.look(NOTHING, 99 * SECOND)).isZero();
    }

    @Test
    void levelIsZeroWhenDisabled() {
        Overload off = new Overload(limits().enabled(false).build());

        assertThat(off.look(new Measures(Long.MAX_VALUE, 100, 100, Long.MAX_VALUE), 0))
                .isZero();
        assertThat(OverloadLimits.defaults().enabled()).isFalse();
    }
}
