package io.maxmq.storage.rocksdb;

import org.rocksdb.RocksDBException;

/** Where tests let a write fail as a medium does. Called by the writer. */
interface Faults {

    /** There are none. */
    Faults NONE = new Faults() {};

    /** The log has nothing of the group yet. */
    default void beforeWrite() throws RocksDBException {}

    /** The log has all of the group, as when forcing it fails. */
    default void afterWrite() throws RocksDBException {}
}
