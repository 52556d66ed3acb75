package io.maxmq.limit;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TokenBucketPropertyTest {
    private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

    /** A bucket of exact fractions: tokens times 10^9. */
    private static final class Model {
        private final BigInteger rate;
        private final BigInteger full;
        private BigInteger tokens;
        private long last;

        Model(long rate, long burst) {
            this.rate = BigInteger.valueOf(rate);
            this.full = BigInteger.valueOf(burst).multiply(NANOS);
            this.tokens = full;
        }

        /** What is there, in bytes and a fraction. */
        double at(long now) {
            tokens = tokens.add(rate.multiply(BigInteger.valueOf(now - last))).min(full);
            last = now;
            return tokens.doubleValue() / 1e9;
        }

        void take(long bytes) {
            tokens = tokens.subtract(BigInteger.valueOf(bytes).multiply(NANOS));
        }
    }

    record Step(long gapNanos, long bytes) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 50_000_000),
                        Arbitraries.longs().between(1, 3000))
                .as(Step::new)
                .list()
                .ofMaxSize(100);
    }

    @Property(tries = 300)
    void decidesLikeTheExactBucketButForWhatItsClockRoundsOff(
            @ForAll("steps") List<Step> steps,
            @ForAll @LongRange(min = 100, max = 1_000_000) long rate,
            @ForAll @LongRange(min = 100, max = 100_000) long burst) {
        TokenBucket bucket = new TokenBucket(rate, burst, -7);
        Model model = new Model(rate, burst);
        long now = 0;

        for (Step step : steps) {
            now += step.gapNanos();
            double there = model.at(now);
            double needed = Math.min(step.bytes(), burst);
            boolean taken = bucket.take(step.bytes(), now - 7) == 0;
            if (taken) {
                model.take(step.bytes());
            }
            if (Math.abs(there - needed) > 0.01) {
                assertThat(taken).as("%s of %s", needed, there).isEqualTo(there > needed);
            }
        }
    }

    @Property(tries = 300)
    void whoIsToldToComeLaterIsTakenThen(
            @ForAll("steps") List<Step> steps,
            @ForAll @LongRange(min = 100, max = 1_000_000) long rate,
            @ForAll @LongRange(min = 100, max = 100_000) long burst) {
        TokenBucket bucket = new TokenBucket(rate, burst, 0);
        long now = 0;

        for (Step step : steps) {
            now += step.gapNanos();
            long wait = bucket.take(step.bytes(), now);
            if (wait > 0) {
                assertThat(bucket.take(step.bytes(), now + wait - 1)).isEqualTo(1);
                assertThat(bucket.take(step.bytes(), now + wait)).isZero();
                now += wait;
            }
        }
    }

    @Property(tries = 300)
    void pausesPayForWhatHasPassed(
            @ForAll("steps") List<Step> steps, @ForAll @LongRange(min = 100, max = 1_000_000) long rate) {
        TokenBucket bucket = new TokenBucket(rate, 1000, 0);
        long now = 0;
        long bytes = 0;

        for (Step step : steps) {
            now += bucket.takeAnyway(step.bytes(), now);
            bytes += step.bytes();

            assertThat((bytes - 1000) * 1e9).isLessThanOrEqualTo((double) rate * now + 1e9);
        }
    }

    @Test
    void whatIsLargerThanTheBurstNeedsAFullBucketAndLeavesADebt() {
        TokenBucket bucket = new TokenBucket(1000, 100, 0);

        assertThat(bucket.take(300, 0)).isZero();
        assertThat(bucket.take(1, 0)).isEqualTo(201_000_000);
        assertThat(bucket.take(300, 299_999_999)).isEqualTo(1);
        assertThat(bucket.take(300, 300_000_000)).isZero();
    }

    @Test
    void whatIsGivenBackIsThereAgain() {
        TokenBucket bucket = new TokenBucket(1000, 100, 0);
        bucket.take(100, 0);

        bucket.giveBack(40, 0);

        assertThat(bucket.take(40, 0)).isZero();
        assertThat(bucket.take(1, 0)).isPositive();
        assertThat(bucket.isFresh(99_999_999)).isFalse();
        assertThat(bucket.isFresh(100_000_000)).isTrue();
    }

    @Test
    void theLargestValuesDoNotOverflow() {
        TokenBucket fast = new TokenBucket(10_000_000_000L, 1 << 29, 0);
        assertThat(fast.take(1 << 29, 0)).isZero();
        assertThat(fast.take(1 << 29, 0)).isBetween(53_000_000L, 54_000_000L);

        TokenBucket slow = new TokenBucket(1, 1, 0);
        assertThat(slow.take(Long.MAX_VALUE, 0)).isZero();
        assertThat(slow.takeAnyway(Long.MAX_VALUE, 0)).isBetween(1L, 86_400_000_000_000L);
        assertThat(slow.takeAnyway(Long.MAX_VALUE, 1L << 58)).isPositive();
    }
}
