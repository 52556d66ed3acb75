package io.maxmq.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlidingWindowPropertyTest {
    /** The formula, in exact numbers, over a list of all that was let through. */
    private static final class Model {
        private final long limit;
        private final long window;
        private final long origin;
        private final List<Long> taken = new ArrayList<>();

        Model(long limit, long window, long origin) {
            this.limit = limit;
            this.window = window;
            this.origin = origin;
        }

        boolean take(long now) {
            long index = (now - origin) / window;
            long into = (now - origin) % window;
            long current =
                    taken.stream().filter(at -> (at - origin) / window == index).count();
            long previous = taken.stream()
                    .filter(at -> (at - origin) / window == index - 1)
                    .count();
            // current + 1 + previous * (window - into) / window <= limit, without a fraction
            boolean fits = (current + 1) * window + previous * (window - into) <= limit * window;
            if (fits) {
                taken.add(now);
            }
            return fits;
        }
    }

    @Provide
    Arbitrary<List<Long>> gaps() {
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(4, Arbitraries.longs().between(0, 30)),
                        net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(0, 3000)))
                .list()
                .ofMaxSize(100);
    }

    @Property(tries = 300)
    void decidesLikeTheFormula(
            @ForAll("gaps") List<Long> gaps,
            @ForAll @IntRange(min = 1, max = 20) int limit,
            @ForAll @IntRange(min = 1, max = 1000) int window,
            @ForAll @LongRange(min = -5000, max = 5000) long origin) {
        SlidingWindow counter = new SlidingWindow(limit, window, origin);
        Model model = new Model(limit, window, origin);
        long now = origin;

        for (long gap : gaps) {
            now += gap;
            assertThat(counter.take(1, now) == 0).isEqualTo(model.take(now));
        }
    }

    @Property(tries = 300)
    void neverMoreThanTheLimitInAWindowNorTwiceTheLimitInAnyStretchAsLong(
            @ForAll("gaps") List<Long> gaps,
            @ForAll @IntRange(min = 1, max = 20) int limit,
            @ForAll @IntRange(min = 1, max = 1000) int window) {
        SlidingWindow counter = new SlidingWindow(limit, window, 0);
        List<Long> taken = new ArrayList<>();
        long now = 0;
        for (long gap : gaps) {
            now += gap;
            if (counter.take(1, now) == 0) {
                taken.add(now);
            }
        }

        for (long from : taken) {
            assertThat(taken.stream().filter(at -> at / window == from / window))
                    .hasSizeLessThanOrEqualTo(limit);
            assertThat(taken.stream().filter(at -> at >= from && at < from + window))
                    .hasSizeLessThanOrEqualTo(2 * limit);
        }
    }

    @Property(tries = 300)
    void whoIsToldToComeLaterIsTakenThenAndNotBefore(
            @ForAll("gaps") List<Long> gaps,
            @ForAll @IntRange(min = 1, max = 20) int limit,
            @ForAll @IntRange(min = 2, max = 1000) int window) {
        SlidingWindow counter = new SlidingWindow(limit, window, 0);
        long now = 0;

        for (long gap : gaps) {
            now += gap;
            long wait = counter.take(1, now);
            if (wait > 0) {
                assertThat(wait).isLessThanOrEqualTo(2L * window);
                assertThat(counter.take(1, now + wait - 1)).isEqualTo(1);
                assertThat(counter.take(1, now + wait)).isZero();
                now += wait;
            }
        }
    }

    @Property(tries = 300)
    void whatIsGivenBackCanBeTakenAgain(
            @ForAll @IntRange(min = 1, max = 20) int limit, @ForAll @IntRange(min = 0, max = 999) int into) {
        SlidingWindow counter = new SlidingWindow(limit, 1000, 0);
        for (int i = 0; i < limit; i++) {
            counter.take(1, into);
        }
        assertThat(counter.take(1, into)).isPositive();

        counter.giveBack(1, into);

        assertThat(counter.take(1, into)).isZero();
        assertThat(counter.take(1, into)).isPositive();
    }

    @Property(tries = 300)
    void pausesLetThroughTheRateInTheLongRun(
            @ForAll @IntRange(min = 1, max = 50) int limit, @ForAll @IntRange(min = 100, max = 100_000) int window) {
        SlidingWindow counter = new SlidingWindow(limit, window, 0);
        long now = 0;
        long passed = 0;

        while (now < 50L * window) {
            now += counter.takeAnyway(1, now);
            passed++;
        }

        assertThat(passed).isBetween(45L * limit, 52L * limit + 2);
    }

    @Test
    void aTimeThatLagsBehindCountsAsTheNewest() {
        SlidingWindow counter = new SlidingWindow(2, 1000, 0);
        counter.take(1, 5000);

        assertThat(counter.take(1, 4999)).isZero();
        assertThat(counter.take(1, 3000)).isPositive();
        assertThat(counter.take(1, 5000)).isPositive();
    }

    @Test
    void isFreshWhenTwoWindowsHavePassed() {
        SlidingWindow counter = new SlidingWindow(2, 1000, 0);
        assertThat(counter.isFresh(0)).isTrue();
        counter.take(1, 500);

        assertThat(counter.isFresh(1999)).isFalse();
        assertThat(counter.isFresh(2000)).isTrue();
    }

    @Test
    void whatWasCountedMoreWindowsAgoThanAnIntHasIsForgotten() {
        long millisecond = 1_000_000;
        long later = Duration.ofDays(30).toNanos();
        SlidingWindow counter = new SlidingWindow(1, millisecond, 0);
        assertThat(counter.take(1, 0)).isZero();

        assertThat(counter.isFresh(later)).isTrue();
        assertThat(counter.take(1, later)).isZero();
        assertThat(counter.take(1, later)).isPositive();
        assertThat(counter.take(1, later + 2 * millisecond)).isZero();
    }

    @Test
    void longWindowsAndLargeCountsDoNotOverflow() {
        long hour = 3_600_000_000_000L;
        SlidingWindow counter = new SlidingWindow(1 << 30, hour, Long.MAX_VALUE - hour);

        assertThat(counter.take(1 << 30, Long.MAX_VALUE - hour)).isZero();
        assertThat(counter.take(1, Long.MAX_VALUE - 1)).isPositive();
        assertThat(counter.takeAnyway(Integer.MAX_VALUE, Long.MAX_VALUE - 1)).isPositive();
    }
}
