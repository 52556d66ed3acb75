package io.maxmq.storage.rocksdb;

import org.rocksdb.RocksDBException;

/** Where tests let a write fail as a medium does, or the writer itself. Called by the writer. */
interface WriteFaults {

    /** No faults. */
    WriteFaults NONE = new WriteFaults() {};

    /** The writer has taken the batches of a group, and nothing is made of them yet. */
    default void afterTake() {}

    /** The log has nothing of the group yet. */
    default void beforeWrite() throws RocksDBException {}

    /** Returns the free bytes of the disk to report in place of the actual ones. Any thread. */
    default long usableBytes(long actual) {
        return actual;
    }

    /** The log has all of the group, as when forcing it fails. */
    default void afterWrite() throws RocksDBException {}
}
