package io.maxmq.spi.limit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DecisionTest {

    @Test
    void shortPausesAreRoundedUpAndShared() {
        assertThat(Decision.pause(1))
                .isEqualTo(new Decision.Pause(1_000_000, ""))
                .isSameAs(Decision.pause(1_000_000));
        assertThat(Decision.pause(1_000_001)).isEqualTo(new Decision.Pause(2_000_000, ""));
        assertThat(Decision.pause(0)).isEqualTo(new Decision.Pause(0, ""));
        assertThat(Decision.pause(1_000_000_000)).isSameAs(Decision.pause(999_999_999));
        assertThat(Decision.pause(5_000_000_000L)).isEqualTo(new Decision.Pause(5_000_000_000L, ""));
    }

    @Test
    void refusesANegativePause() {
        assertThatIllegalArgumentException().isThrownBy(() -> Decision.pause(-1));
    }

    @Test
    void whoSaysSoIsForPeopleOnly() {
        Decision named = Decision.DROP.by("publish rate");

        assertThat(named).isEqualTo(Decision.DROP).hasSameHashCodeAs(Decision.DROP);
        assertThat(named.limit()).isEqualTo("publish rate");
        assertThat(Decision.pause(5_000_000).by("bytes"))
                .isEqualTo(Decision.pause(5_000_000))
                .isNotEqualTo(Decision.pause(6_000_000));
        assertThat(Decision.DISCONNECT.by("x")).isEqualTo(Decision.DISCONNECT).isNotEqualTo(named);
        assertThat(Decision.ALLOW.by("x")).isSameAs(Decision.ALLOW);
    }
}
