package io.maxmq.core.session;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.routing.Unstored;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Packet ids of QoS 2 from PUBLISH to PUBREL, and the memory of many of them. */
class InboundQos2Test {
    private static final int CROWD = 128;

    private final MemoryBudget budget = new MemoryBudget(1 << 24, 0);
    private final MemoryCredit credit = new MemoryCredit(budget);
    private final InboundQos2 ids = new InboundQos2(new SessionMemory(credit));

    private void addCrowd() {
        for (int id = 1; id <= CROWD; id++) {
            ids.add(id);
        }
    }

    @Test
    void keepsIdUntilItIsReleased() {
        assertThat(ids.add(7)).isTrue();
        assertThat(ids.add(7)).isFalse();

        assertThat(ids.remove(7)).isTrue();

        assertThat(ids.remove(7)).isFalse();
        assertThat(ids.isEmpty()).isTrue();
        assertThat(ids.add(7)).isTrue();
    }

    @Test
    void countsRepeatedReleaseOnceUntilClientReconnects() {
        ids.add(7);

        assertThat(ids.releasing(7)).isTrue();
        assertThat(ids.releasing(7)).isFalse();
        assertThat(ids.releasing()).isOne();

        ids.retryReleases();

        assertThat(ids.releasing()).isZero();
        assertThat(ids.releasing(7)).isTrue();
        assertThat(ids.contains(7)).isTrue();
    }

    @Test
    void forgetsReleaseAndRefusedMessageWithTheId() {
        ids.add(7);
        ids.releasing(7);
        ids.unrouted(7, new InboundQos2.Unrouted(1, 2, new Unstored(), true));

        ids.remove(7);

        assertThat(ids.releasing()).isZero();
        assertThat(ids.isUnrouted(7)).isFalse();
    }

    @Test
    void handsOutRefusedMessageOnce() {
        InboundQos2.Unrouted refused = new InboundQos2.Unrouted(1, 2, new Unstored(), true);
        ids.add(7);
        ids.unrouted(7, refused);

        assertThat(ids.takeUnrouted(7)).isSameAs(refused);
        assertThat(ids.takeUnrouted(7)).isNull();
        assertThat(ids.contains(7)).isTrue();
    }

    @Test
    void chargesForManyIdsAndGivesMemoryBackWhenTheLastIsReleased() {
        addCrowd();
        long before = credit.freeBytes();

        assertThat(ids.makeRoom()).isTrue();
        assertThat(credit.freeBytes()).isEqualTo(before - PacketIdSet.SPREAD_BYTES);

        for (int id = 1; id <= CROWD; id++) {
            assertThat(ids.remove(id)).isTrue();
        }
        assertThat(credit.freeBytes()).isEqualTo(before);
    }

    @Test
    void givesMemoryOfManyIdsBackWhenSessionEnds() {
        addCrowd();
        long before = credit.freeBytes();
        ids.makeRoom();

        ids.clear();

        assertThat(credit.freeBytes()).isEqualTo(before);
        assertThat(ids.isEmpty()).isTrue();
    }

    @Test
    void hasNoRoomForManyIdsWhenTheyTakeMoreThanAnEighthOfFreeMemory() {
        addCrowd();
        credit.overdraw(credit.freeBytes() - 8 * PacketIdSet.SPREAD_BYTES + 1);

        assertThat(ids.makeRoom()).isFalse();

        credit.release(1);
        assertThat(ids.makeRoom()).isTrue();
    }
}
