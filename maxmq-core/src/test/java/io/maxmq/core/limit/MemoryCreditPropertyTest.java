package io.maxmq.core.limit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

class MemoryCreditPropertyTest {

    /** One step of a loop: charges bytes, or (if negative) releases the oldest charge. */
    record Step(int loop, long bytes) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.longs().between(-1_500_000, 1_500_000))
                .as(Step::new)
                .list()
                .ofMaxSize(200);
    }

    @Property
    void chargesNeverExceedTheBudgetAndReleasesRestoreIt(
            @ForAll("steps") List<Step> steps, @ForAll @LongRange(min = 1, max = 20_000_000) long capacity) {
        MemoryBudget budget = new MemoryBudget(capacity, 0);
        List<MemoryCredit> loops =
                List.of(new MemoryCredit(budget), new MemoryCredit(budget), new MemoryCredit(budget));
        Deque<Long> charged = new ArrayDeque<>();
        long outstanding = 0;

        for (Step step : steps) {
            MemoryCredit credit = loops.get(step.loop());
            if (step.bytes() >= 0) {
                if (credit.tryCharge(step.bytes())) {
                    charged.add(step.bytes());
                    outstanding += step.bytes();
                }
            } else if (!charged.isEmpty()) { // usually a charge of another loop
                long bytes = charged.remove();
                credit.release(bytes);
                outstanding -= bytes;
            }

            long reserves = loops.stream().mapToLong(MemoryCredit::reserveBytes).sum();
            assertThat(outstanding).isLessThanOrEqualTo(capacity);
            assertThat(budget.usedBytes()).isEqualTo(outstanding + reserves).isLessThanOrEqualTo(capacity);
            assertThat(credit.reserveBytes()).isBetween(0L, 2 * budget.grainBytes());
        }

        loops.forEach(MemoryCredit::close);
        assertThat(budget.usedBytes()).isEqualTo(outstanding);
        for (long bytes : new ArrayList<>(charged)) {
            loops.get(0).release(bytes);
        }
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void drawsOneMebibyteAtATimeFromALargeBudget() {
        MemoryBudget budget = new MemoryBudget(1L << 30, 0);
        MemoryCredit credit = new MemoryCredit(budget);

        credit.tryCharge(100);
        long drawn = budget.usedBytes();
        credit.tryCharge(100);

        assertThat(drawn).isEqualTo(100 + (1 << 20));
        assertThat(budget.usedBytes()).isEqualTo(drawn);
    }

    @Test
    void drawsLessFromASmallBudget() {
        MemoryBudget budget = new MemoryBudget(1 << 20, 0);
        MemoryCredit idle = new MemoryCredit(budget);
        idle.tryCharge(1);
        MemoryCredit busy = new MemoryCredit(budget);

        assertThat(busy.tryCharge(1_000_000)).isTrue();
    }

    @Test
    void chargesUpToTheLastByteOfTheBudget() {
        MemoryBudget budget = new MemoryBudget(1000, 0);
        MemoryCredit credit = new MemoryCredit(budget);

        assertThat(credit.tryCharge(1000)).isTrue();
        assertThat(credit.tryCharge(1)).isFalse();
        assertThat(credit.tryCharge(0)).isTrue();
    }

    @Test
    void refusesAChargeAfterClose() {
        MemoryCredit credit = new MemoryCredit(new MemoryBudget(1000, 0));
        credit.close();

        assertThat(credit.tryCharge(1)).isFalse();
    }
}
