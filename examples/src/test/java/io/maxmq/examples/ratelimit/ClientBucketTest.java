package io.maxmq.examples.ratelimit;

import io.maxmq.spi.limit.RateDecision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ClientBucketTest {
    /** A clock's nanoTime may be anything. */
    private long now = -3;

    private final ClientBucket bucket = new ClientBucket(2, 10);

    private RateDecision publish(int messages) {
        return bucket.acquirePublish(messages, messages * 100L, now);
    }

    @Test
    void aBurstIsLetThrough() {
        assertThat(publish(1)).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(1)).isEqualTo(RateDecision.ALLOW);
    }

    @Test
    void whatIsBeyondWaitsUntilItsTokensHaveCome() {
        assertThat(publish(3))
                .isEqualTo(RateDecision.pause(Duration.ofMillis(100).toNanos()));

        now += Duration.ofMillis(100).toNanos();
        assertThat(publish(1))
                .isEqualTo(RateDecision.pause(Duration.ofMillis(100).toNanos()));

        now += Duration.ofMillis(200).toNanos();
        assertThat(publish(1)).isEqualTo(RateDecision.ALLOW);
    }

    @Test
    void aLongRestFillsItAndNoMore() {
        publish(2);
        now += Duration.ofHours(1).toNanos();

        assertThat(publish(2)).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(1))
                .isEqualTo(RateDecision.pause(Duration.ofMillis(100).toNanos()));
    }

    @Test
    void nothingPerSecondIsRefused() {
        assertThatThrownBy(() -> new TokenBucketLimiter(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("perSecond=0");
    }
}
