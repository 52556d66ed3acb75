package io.maxmq.benchmarks.load;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HistogramTest {
    @Test
    void percentilesAreAtMostOnePercentTooHigh() {
        Histogram histogram = new Histogram();

        for (int micros = 1; micros <= 10_000; micros++) {
            histogram.record(micros * 1_000L);
        }

        assertThat(histogram.total()).isEqualTo(10_000);
        assertThat(histogram.percentile(50)).isBetween(5_000_000L, 5_050_000L);
        assertThat(histogram.percentile(99)).isBetween(9_900_000L, 9_999_000L);
    }

    @Test
    void takesTheWholeRangeOfLongs() {
        Histogram histogram = new Histogram();

        histogram.record(-5);
        histogram.record(Long.MAX_VALUE);

        assertThat(histogram.percentile(50)).isZero();
        assertThat(histogram.percentile(100)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void emptyHistogramHasPercentileZero() {
        assertThat(new Histogram().percentile(99)).isZero();
    }
}
