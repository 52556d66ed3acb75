/**
 * The embedded store: a directory, RocksDB in it, one writer. {@code RocksStore} is the store with its threads; {@code
 * GroupWriter} turns what is pending into one write; {@code Engine} guards the native database, which {@code Database} opens
 * and {@code LogFiles} has checked before. Imports {@code spi.storage} and RocksDB, nothing of the broker. Start at
 * {@link io.maxmq.storage.rocksdb.RocksStore}.
 */
package io.maxmq.storage.rocksdb;
