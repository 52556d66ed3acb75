package io.maxmq.spi.storage.support;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Change;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.ChangeHistory.Next;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChangeHistoryTest {

    private static final Table TABLE = new Table("table");
    private static final Table OTHER = new Table("other");

    private static Bytes key(long number) {
        return ShardedKey.encode(1, "", Bytes.ofLong(number));
    }

    private static Batch delete(long number) {
        return Batch.builder(1).delete(TABLE, key(number)).build();
    }

    private static Next found(long version, Change... changes) {
        return new Next.Found(new ChangeSet(version, List.of(changes)));
    }

    @Test
    void keepsTheLatestHoweverManyThereWere() {
        ChangeHistory history = new ChangeHistory(7, 100, 1_000_000);
        for (int version = 8; version <= 1_000; version++) {
            history.add(version, delete(version), List.of());

            long oldest = Math.max(8, version - 99);
            assertThat(history.next(TABLE, oldest - 1)).isEqualTo(new Next.TooOld(oldest));
            assertThat(history.next(TABLE, oldest)).isEqualTo(found(oldest, new Change.Deleted(key(oldest))));
            assertThat(history.next(TABLE, version)).isEqualTo(found(version, new Change.Deleted(key(version))));
            assertThat(history.next(OTHER, oldest)).isEqualTo(new Next.Nothing(version, true));
        }
    }

    @Test
    void mayKeepNone() {
        ChangeHistory history = new ChangeHistory(0, 0, 1_000_000);

        history.add(1, delete(1), List.of());
        history.add(2, delete(2), List.of());

        assertThat(history.version()).isEqualTo(2);
        assertThat(history.next(TABLE, 2)).isEqualTo(new Next.TooOld(3));
        assertThat(history.next(TABLE, 3)).isEqualTo(new Next.Nothing(2, true));
    }

    @Test
    void takesNoMoreRoomThanItNeeds() {
        ChangeHistory history = new ChangeHistory(0, Integer.MAX_VALUE, 1_000_000);

        history.add(1, delete(1), List.of());

        assertThat(history.next(TABLE, 1)).isEqualTo(found(1, new Change.Deleted(key(1))));
    }

    @Test
    void saysWhatCountersBecame() {
        ChangeHistory history = new ChangeHistory(0, 10, 1_000_000);

        history.add(
                1,
                Batch.builder(1)
                        .add(OTHER, key(1), 3)
                        .add(TABLE, key(2), 4)
                        .add(TABLE, key(3), -5)
                        .build(),
                List.of(3L, 9L, 0L));

        assertThat(history.next(TABLE, 1))
                .isEqualTo(found(1, new Change.Put(key(2), Bytes.ofLong(9)), new Change.Deleted(key(3))));
    }

    @Test
    void forgetsEverythingWhenItIsReset() {
        ChangeHistory history = new ChangeHistory(0, 10, 1_000_000);
        history.add(1, delete(1), List.of());

        history.reset(5);

        assertThat(history.version()).isEqualTo(5);
        assertThat(history.next(TABLE, 5)).isEqualTo(new Next.TooOld(6));
        history.add(6, delete(6), List.of());
        assertThat(history.next(TABLE, 6)).isEqualTo(found(6, new Change.Deleted(key(6))));
    }
}
