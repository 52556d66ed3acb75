package io.maxmq;

import io.maxmq.core.persistence.RecordingJournal;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.tck.KeyValueStoreContract;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The contract, with one partition and with several. */
class JournalStorageTest {

    private abstract static class Contract extends KeyValueStoreContract {
        private final int partitions;
        private final Map<KeyValueStore, RecordingJournal> journals = new HashMap<>();

        Contract(int partitions) {
            this.partitions = partitions;
        }

        @Override
        protected KeyValueStore newStore() {
            return on(new RecordingJournal());
        }

        @Override
        protected KeyValueStore reopened(KeyValueStore closed) {
            return on(journals.get(closed).copy());
        }

        private KeyValueStore on(RecordingJournal journal) {
            KeyValueStore store = JournalStorage.on(journal, partitions);
            journals.put(store, journal);
            return store;
        }
    }

    @Nested
    class WithOnePartition extends Contract {
        WithOnePartition() {
            super(1);
        }
    }

    @Nested
    class WithSevenPartitions extends Contract {
        WithSevenPartitions() {
            super(7);
        }
    }
}
