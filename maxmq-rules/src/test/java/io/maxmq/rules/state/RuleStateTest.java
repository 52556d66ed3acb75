package io.maxmq.rules.state;

import io.maxmq.memory.MemoryStorage;
import io.maxmq.rules.Until;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ShardedKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Memory in front of a storage, which is restarted, fails or hangs. */
class RuleStateTest {
    private static final Tenant RED = new Tenant("red");
    private static final Tenant BLUE = new Tenant("blue");

    private final MemoryStorage storage = MemoryStorage.create();
    private FaultyStore store = opened();
    private RuleState state = started();

    private FaultyStore opened() {
        FaultyStore opened = new FaultyStore(storage.store());
        opened.open().toCompletableFuture().join();
        return opened;
    }

    private RuleState started() {
        RuleState started = new RuleState();
        started.open(store, "test", NOPLogger.NOP_LOGGER);
        return started;
    }

    private void restart() {
        state.close(System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
        store.close();
        store = opened();
        state = started();
    }

    @AfterEach
    void close() {
        state.close(System.nanoTime());
        store.close();
    }

    @Test
    void keepsValuesOverARestart() {
        KeyValues values = state.of(RED);
        for (int i = 0; i < 3_000; i++) {
            values.put("k" + i, List.of((long) i), 100);
        }
        values.put("\u0000rule\u0000own", Text.of("x"), 100);

        restart();

        KeyValues kept = state.of(RED);
        for (int i = 0; i < 3_000; i++) {
            assertThat(kept.get("k" + i)).isEqualTo(List.of((long) i));
        }
        assertThat(kept.get("\u0000rule\u0000own")).isEqualTo(Text.of("x"));
    }

    @Test
    void keepsTheLastValueAndNoneThatWasRemoved() throws Exception {
        KeyValues values = state.of(RED);
        values.put("removed", 1L, 100);
        values.put("again", 1L, 100);
        Until.isTrue(() -> state.waiting() == 0);
        for (long i = 0; i < 1_000; i++) {
            values.put("n", i, 100);
        }
        values.remove("removed");
        values.remove("again");
        values.put("again", 2L, 100);

        restart();

        assertThat(state.of(RED).get("n")).isEqualTo(999L);
        assertThat(state.of(RED).get("removed")).isNull();
        assertThat(state.of(RED).get("again")).isEqualTo(2L);
    }

    @Test
    void keepsTenantsApart() {
        state.of(RED).put("k", 1L, 100);
        state.of(BLUE).put("k", 2L, 100);
        state.of(BLUE).put("blue", 3L, 100);

        restart();

        assertThat(state.of(RED).get("k")).isEqualTo(1L);
        assertThat(state.of(RED).get("blue")).isNull();
        assertThat(state.of(BLUE).get("k")).isEqualTo(2L);
    }

    @Test
    void goesOnInMemoryWhileTheStorageRefusesAndWritesLater() throws Exception {
        store.refusals.set(3);
        KeyValues values = state.of(RED);
        values.put("k", 1L, 100);
        Until.isTrue(() -> state.failed() > 0);

        values.put("k", 2L, 100);

        assertThat(values.get("k")).isEqualTo(2L);
        Until.isTrue(() -> state.waiting() == 0);
        assertThat(state.failed()).isEqualTo(3);
        restart();
        assertThat(state.of(RED).get("k")).isEqualTo(2L);
    }

    @Test
    void hasOneWriteOfAKeyUnderWay() throws Exception {
        store.gate = new CompletableFuture<>();
        KeyValues values = state.of(RED);
        values.put("k", 0L, 100);
        Until.isTrue(() -> store.commits.get() == 1);

        for (long i = 1; i <= 1_000; i++) {
            values.put("k", i, 100);
        }

        assertThat(state.waiting()).isEqualTo(2);
        store.gate.complete(null);
        Until.isTrue(() -> state.waiting() == 0);
        assertThat(store.commits.get()).isEqualTo(2);
    }

    @Test
    void writesNothingWhenTheValueIsTheSame() throws Exception {
        state.of(RED).put("k", Text.of("on"), 100);
        Until.isTrue(() -> state.waiting() == 0);

        state.of(RED).put("k", Text.of("on"), 100);

        assertThat(state.waiting()).isZero();
        assertThat(store.commits.get()).isEqualTo(1);
    }

    @Test
    void endsThoughTheStorageHangs() throws Exception {
        store.gate = new CompletableFuture<>();
        state.of(RED).put("k", 1L, 100);
        Until.isTrue(() -> store.commits.get() == 1);

        state.close(System.nanoTime());

        assertThat(state.waiting()).isEqualTo(1);
    }

    @Test
    void losesAndCountsWhatNoStorageWouldTake() throws Exception {
        state.of(RED).put("k", Text.ofBytes(new byte[600 * 1024]), 100);

        Until.isTrue(() -> state.lost() == 1 && state.waiting() == 0);

        assertThat(store.commits.get()).isZero();
    }

    @Test
    void doesNotStartOnARecordThatItCannotRead() throws Exception {
        Bytes key = StateRecords.key("red", "k");
        store.commit(Batch.builder(ShardedKey.shardOf(key))
                        .put(StateRecords.TABLE, key, Bytes.wrap(new byte[] {2, 1}))
                        .build())
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);

        assertThatThrownBy(this::started)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rules-state")
                .hasRootCauseMessage("unknown layout: layout=2");
    }
}
