package io.maxmq.spi.storage;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CompactBatchTest {

    private static final Table TABLE = new Table("table");

    private final byte[] block = new byte[1_000];

    private Bytes slice(int from, int length) {
        block[from] = 1; // the shard
        return Bytes.wrap(block, from, length);
    }

    private Batch.Builder sliced() {
        return Batch.builder(1)
                .requireAbsent(TABLE, slice(1, 4))
                .requireEqual(TABLE, slice(2, 4), slice(3, 9))
                .requireVersionBelow(TABLE, slice(4, 4), 8)
                .put(TABLE, slice(5, 5), slice(6, 60))
                .delete(TABLE, slice(7, 6))
                .deleteRange(TABLE, new KeyRange(slice(8, 7), slice(9, 7)))
                .deleteRange(TABLE, KeyRange.prefix(slice(10, 7)))
                .add(TABLE, slice(11, 8), -3);
    }

    @Test
    void copiesWhatIsASliceAndNothingElseChanges() {
        Batch batch = sliced().build();

        Batch compact = batch.compact();

        assertThat(compact.shard()).isEqualTo(1);
        assertThat(compact.preconditions()).isEqualTo(batch.preconditions());
        assertThat(compact.mutations()).isEqualTo(batch.mutations());
        assertThat(compact.sizeBytes()).isEqualTo(batch.sizeBytes());
        assertThat(compact.compact()).isSameAs(compact);
    }

    @Test
    void noKindOfSliceIsOverlooked() {
        for (Mutation each : sliced().build().mutations()) {
            Batch.Builder one = Batch.builder(1);
            if (each instanceof Mutation.Put put) {
                one.put(TABLE, put.key().compact(), put.value());
            } else if (each instanceof Mutation.Delete delete) {
                one.delete(TABLE, delete.key());
            } else if (each instanceof Mutation.DeleteRange delete) {
                one.deleteRange(TABLE, delete.range());
            } else if (each instanceof Mutation.Add add) {
                one.add(TABLE, add.key(), add.delta());
            }
            Batch batch = one.build();
            assertThat(batch.compact()).as("%s", each).isNotSameAs(batch);
        }
    }

    @Test
    void whatHasNoSliceIsTakenAsItIs() {
        Batch batch =
                Batch.builder(1).put(TABLE, slice(1, 4).compact(), Bytes.EMPTY).build();

        assertThat(List.of(batch.compact()).get(0)).isSameAs(batch);
    }
}
