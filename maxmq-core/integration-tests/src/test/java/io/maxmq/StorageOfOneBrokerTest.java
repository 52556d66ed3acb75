package io.maxmq;

import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A store belongs to one broker, which opens and closes it. */
class StorageOfOneBrokerTest {
    private final KeyValueStore store = MemoryStorage.create().store();

    @Test
    void staysTheFirstBrokersWhenAnotherIsStartedOnIt() throws Exception {
        MaxMQBuilder builder = MaxMQ.builder().allowAnonymous().storage(store);
        try (MaxMQ first = builder.start()) {
            assertThatIllegalStateException().isThrownBy(builder::start).withMessageContaining("opened before");

            assertThat(commit()).isInstanceOf(CommitResult.Committed.class);
            assertThat(first.isRunning()).isTrue();
        }
    }

    @Test
    void isClosedWithItsBroker() {
        MaxMQ.builder().allowAnonymous().storage(store).start().close();

        assertThatThrownBy(this::commit).hasCauseInstanceOf(StorageException.class);
    }

    @Test
    void isClosedWhenTheBrokerDoesNotStart() {
        MaxMQBuilder nobodyMayConnect = MaxMQ.builder().storage(store);
        assertThatIllegalStateException().isThrownBy(nobodyMayConnect::start);

        assertThatThrownBy(this::commit)
                .satisfiesAnyOf(
                        failed -> assertThat(failed).hasCauseInstanceOf(StorageException.class),
                        neverOpened -> assertThat(neverOpened).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void failsTheStartWithItsOwnWordsWhenItCannotBeOpened() throws Exception {
        MemoryStorage memory = MemoryStorage.create();
        try (MaxMQ first =
                MaxMQ.builder().allowAnonymous().storage(memory.store()).start()) {
            MaxMQBuilder second = MaxMQ.builder().allowAnonymous().storage(memory.store());

            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(second::start)
                    .withMessageContaining("in use")
                    .matches(e -> e.kind() == StorageException.Kind.UNAVAILABLE);

            assertThat(first.isRunning()).isTrue();
        }
        MaxMQ.builder().allowAnonymous().storage(memory.store()).start().close();
    }

    private CommitResult commit() throws Exception {
        Bytes key = Bytes.utf8("key");
        Batch batch = Batch.builder(key.byteAt(0))
                .put(new Table("test"), key, Bytes.EMPTY)
                .build();
        return store.commit(batch).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
