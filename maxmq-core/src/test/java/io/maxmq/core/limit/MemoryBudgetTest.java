package io.maxmq.core.limit;

import io.maxmq.config.MemoryLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MemoryBudgetTest {

    private static final long MIB = 1 << 20;

    @Test
    void reservesThePartOfTheNetwork() {
        MemoryBudget budget = new MemoryBudget(10 * MIB, 4 * MIB);

        assertThat(budget.tryDraw(6 * MIB + 1)).isFalse();
        assertThat(budget.tryDraw(6 * MIB)).isTrue();
        assertThat(budget.tryDraw(1)).isFalse();
        assertThat(budget.usedBytes()).isEqualTo(6 * MIB);
    }

    @Test
    void derivesItsSizeFromTheMaximumHeapAndDirectMemory() {
        MemoryBudget derived = MemoryBudget.of(MemoryLimits.AUTO, 64 * MIB, 64 * MIB);
        assertThat(derived.capacityBytes()).isEqualTo(25 * MIB);
        assertThat(derived.caches().maxBytes()).isEqualTo(2 * MIB);
        assertThat(derived.networkBytes()).isEqualTo(32 * MIB);

        MemoryBudget large = MemoryBudget.of(MemoryLimits.AUTO, 64L << 30, 64L << 30);
        assertThat(large.networkBytes()).isEqualTo(1L << 30);

        MemoryBudget explicit = MemoryBudget.of(MemoryLimits.ofBytes(16 * MIB), 64 * MIB, 64 * MIB);
        assertThat(explicit.totalBytes()).isEqualTo(16 * MIB);
        assertThat(explicit.networkBytes()).isEqualTo(8 * MIB);
    }

    @Test
    void reservedSharesRemainAvailableWhenTheRestIsUsedUp() {
        MemoryBudget budget = MemoryBudget.of(MemoryLimits.AUTO, 64 * MIB, 64 * MIB);
        MemoryCredit credit = new MemoryCredit(budget);
        assertThat(credit.tryCharge(25 * MIB)).as("by messages").isTrue();

        assertThat(credit.tryCharge(1)).isFalse();
        assertThat(credit.tryCharge(2 * MIB, MemoryShare.SUBSCRIPTIONS)).isTrue();
        assertThat(credit.tryCharge(1, MemoryShare.SUBSCRIPTIONS)).isFalse();
        assertThat(credit.tryCharge(2 * MIB, MemoryShare.SESSIONS)).isTrue();
        assertThat(credit.tryCharge(MIB, MemoryShare.RETAINED)).isTrue();
        assertThat(credit.tryCharge(1, MemoryShare.RETAINED)).isFalse();

        credit.release(MIB, MemoryShare.SUBSCRIPTIONS);
        assertThat(credit.freeBytes(MemoryShare.RETAINED)).isZero();
        assertThat(credit.freeBytes(MemoryShare.SUBSCRIPTIONS)).isEqualTo(MIB);
        credit.release(MIB, MemoryShare.SUBSCRIPTIONS);
        credit.release(2 * MIB, MemoryShare.SESSIONS);
        credit.release(MIB, MemoryShare.RETAINED);
        credit.release(25 * MIB);
        credit.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void stateUsesTheCommonPartFirstAndReleasesItsShareFirst() {
        MemoryBudget budget = MemoryBudget.of(MemoryLimits.AUTO, 64 * MIB, 64 * MIB);
        MemoryCredit credit = new MemoryCredit(budget);

        assertThat(credit.tryCharge(12 * MIB, MemoryShare.SUBSCRIPTIONS)).isTrue();
        assertThat(credit.tryCharge(2 * MIB, MemoryShare.SUBSCRIPTIONS)).isTrue();
        assertThat(credit.tryCharge(MIB, MemoryShare.SUBSCRIPTIONS)).isFalse();
        credit.release(13 * MIB, MemoryShare.SUBSCRIPTIONS);

        assertThat(budget.usedBytes() - credit.reserveBytes()).isEqualTo(MIB);
        assertThat(credit.freeBytes(MemoryShare.SUBSCRIPTIONS)).isGreaterThan(10 * MIB);
    }

    @Test
    void derivesAUsableBudgetFromThisJvm() {
        assertThat(MemoryBudget.of(MemoryLimits.AUTO).capacityBytes()).isPositive();
    }

    @Test
    void refusesToTakeBackMoreThanDrawn() {
        MemoryBudget budget = new MemoryBudget(MIB, 0);
        budget.tryDraw(10);

        assertThatIllegalArgumentException().isThrownBy(() -> budget.giveBack(11));
        assertThat(budget.usedBytes()).isEqualTo(10);
    }

    @Test
    void refusesADrawThatWouldOverflow() {
        MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, 0);
        assertThat(budget.tryDraw(Long.MAX_VALUE - 1)).isTrue();
        assertThat(budget.tryDraw(2)).isFalse();
        assertThat(budget.tryDraw(1)).isTrue();
    }

    @Test
    void concurrentChargesNeverExceedTheCapacity() throws Exception {
        MemoryBudget budget = new MemoryBudget(100_000, 0);
        List<CompletableFuture<Long>> holders = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            holders.add(CompletableFuture.supplyAsync(() -> {
                MemoryCredit credit = new MemoryCredit(budget);
                long held = 0;
                for (int i = 0; i < 200_000; i++) {
                    long bytes = random.nextLong(20_000);
                    if (credit.tryCharge(bytes)) {
                        held += bytes;
                    }
                    assertThat(budget.usedBytes()).isBetween(held, 100_000L);
                    if (random.nextInt(3) == 0) {
                        credit.release(held);
                        held = 0;
                    }
                }
                credit.close();
                return held;
            }));
        }

        long held = 0;
        for (CompletableFuture<Long> holder : holders) {
            held += holder.get(60, TimeUnit.SECONDS);
        }
        assertThat(budget.usedBytes()).isEqualTo(held);
    }

    @Test
    void closedAccountGivesBackAllCharges() {
        MemoryBudget budget = new MemoryBudget(1000, 0);
        BudgetAccount account = new BudgetAccount(budget);

        assertThat(account.tryCharge(600)).isTrue();
        assertThat(account.tryCharge(600)).isFalse();
        account.release(100);
        assertThat(account.chargedBytes()).isEqualTo(500);
        assertThatIllegalArgumentException().isThrownBy(() -> account.release(501));

        account.close();
        account.close();
        assertThat(budget.usedBytes()).isZero();
        assertThat(account.tryCharge(1)).isFalse();
        account.release(500);
        assertThat(budget.usedBytes()).isZero();
    }
}
