package io.maxmq.core.monitor;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoopLatenessTest {
    private static final long THRESHOLD = 500;
    private static final long LATER = 100_000;

    private final LoopLateness lateness = new LoopLateness(THRESHOLD, 0);

    private boolean isBlocked(long askedNanos, long starvedBefore, long nowNanos) {
        return lateness.isBlocked(lateness.owedNanos(askedNanos, starvedBefore, nowNanos), nowNanos);
    }

    @Test
    void blamesALoopThatDoesNotAnswerForTwoThresholds() {
        assertThat(isBlocked(LATER, 0, LATER + 999)).isFalse();
        assertThat(isBlocked(LATER, 0, LATER + 1000)).isTrue();
    }

    @Test
    void doesNotBlameALoopForTheTimeInWhichTheWatchdogGotNoProcessorEither() {
        lateness.slept(THRESHOLD, THRESHOLD + 5000);

        assertThat(isBlocked(LATER, 0, LATER + 5999)).isFalse();
        assertThat(isBlocked(LATER, 0, LATER + 6000)).isTrue();
        assertThat(isBlocked(LATER, lateness.starvedNanos(), LATER + 1000)).isTrue();
    }

    @Test
    void isPatientDuringTheStart() {
        assertThat(isBlocked(0, 0, 4999)).isFalse();
        assertThat(isBlocked(0, 0, 5000)).isTrue();
        assertThat(isBlocked(9_000, 0, 10_000)).isTrue();
    }

    @Test
    void neverOwesLessThanNothing() {
        lateness.slept(THRESHOLD, THRESHOLD + 5000);

        assertThat(lateness.owedNanos(LATER, 0, LATER + 1)).isZero();
    }
}
