package io.maxmq.spi.limit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RateDecisionTest {

    @Test
    void shortPausesAreRoundedUpAndShared() {
        assertThat(RateDecision.pause(1))
                .isEqualTo(new RateDecision.Pause(1_000_000, ""))
                .isSameAs(RateDecision.pause(1_000_000));
        assertThat(RateDecision.pause(1_000_001)).isEqualTo(new RateDecision.Pause(2_000_000, ""));
        assertThat(RateDecision.pause(0)).isEqualTo(new RateDecision.Pause(0, ""));
        assertThat(RateDecision.pause(1_000_000_000)).isSameAs(RateDecision.pause(999_999_999));
        assertThat(RateDecision.pause(5_000_000_000L)).isEqualTo(new RateDecision.Pause(5_000_000_000L, ""));
    }

    @Test
    void refusesANegativePause() {
        assertThatIllegalArgumentException().isThrownBy(() -> RateDecision.pause(-1));
    }

    @Test
    void whoSaysSoIsForPeopleOnly() {
        RateDecision named = RateDecision.DROP.by("publish rate");

        assertThat(named).isEqualTo(RateDecision.DROP).hasSameHashCodeAs(RateDecision.DROP);
        assertThat(named.limit()).isEqualTo("publish rate");
        assertThat(RateDecision.pause(5_000_000).by("bytes"))
                .isEqualTo(RateDecision.pause(5_000_000))
                .isNotEqualTo(RateDecision.pause(6_000_000));
        assertThat(RateDecision.DISCONNECT.by("x"))
                .isEqualTo(RateDecision.DISCONNECT)
                .isNotEqualTo(named);
        assertThat(RateDecision.ALLOW.by("x")).isSameAs(RateDecision.ALLOW);
    }
}
