package io.maxmq.spi.storage;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PartitionsTest {

    /** By count less one. */
    private static final List<Partitions> RINGS = IntStream.rangeClosed(1, Partitions.MAX_COUNT)
            .mapToObj(Partitions::ring)
            .toList();

    /** Worked out by another program: two releases in one cluster must agree. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 16597", "7, 108512", "8, 126123"})
    void neverChangesTheRing(int count, int sumOfShardTimesPartition) {
        Partitions ring = Partitions.ring(count);
        int sum = 0;
        for (int shard = 0; shard < Shard.COUNT; shard++) {
            sum += shard * ring.ofShard(shard);
        }

        assertThat(sum).isEqualTo(sumOfShardTimesPartition);
    }

    @Test
    void movesShardsOnlyToTheNewPartitionWhenTheRingGrows() {
        for (int count = 2; count <= Partitions.MAX_COUNT; count++) {
            Partitions before = RINGS.get(count - 2);
            Partitions after = RINGS.get(count - 1);
            for (int shard = 0; shard < Shard.COUNT; shard++) {
                assertThat(after.ofShard(shard)).isIn(before.ofShard(shard), count - 1);
            }
        }
    }

    @Test
    void givesEachPartitionAtLeastOneShardAndEachShardToOne() {
        for (int count = 1; count <= Partitions.MAX_COUNT; count++) {
            Partitions ring = RINGS.get(count - 1);
            BitSet all = new BitSet();
            int shards = 0;
            for (int partition = 0; partition < count; partition++) {
                assertThat(ring.shards(partition).isEmpty()).isFalse();
                all.or(ring.shards(partition));
                shards += ring.shards(partition).cardinality();
            }
            assertThat(all.cardinality()).isEqualTo(Shard.COUNT);
            assertThat(shards).isEqualTo(Shard.COUNT);
        }
    }

    @Test
    void findsThePartitionOfAKeyByItsFirstByte() {
        int[] mapping = new int[256];
        mapping[200] = 1;
        Partitions partitions = Partitions.of(2, mapping);
        mapping[0] = 1;

        assertThat(partitions.ofKey(Bytes.wrap(new byte[] {(byte) 200, 5}))).isEqualTo(1);
        assertThat(partitions.ofShard(0)).isZero();
        assertThat(partitions.count()).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNoMapping() {
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.ring(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.ring(65));
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.of(2, new int[255]));
        int[] beyond = new int[256];
        beyond[9] = 2;
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.of(2, beyond));
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.ring(2).check(2));
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.ring(2).shards(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Partitions.ring(2).ofKey(Bytes.EMPTY));
    }
}
