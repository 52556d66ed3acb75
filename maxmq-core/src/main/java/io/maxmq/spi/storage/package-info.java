/**
 * The storage interface: named tables of ordered byte keys, atomic batches, scans, watches and snapshots. Start at
 * {@link io.maxmq.spi.storage.KeyValueStore}.
 *
 * <p>A key begins with its virtual shard and tenant ({@link io.maxmq.spi.storage.ShardedKey}); a store maps the 256
 * shards to its own partitions ({@link io.maxmq.spi.storage.Partitions}). Everything is asynchronous and made of
 * immutable values, so that the same interface can be embedded, replicated or remote. There is neither a clock nor
 * randomness below this line: times and random numbers stand in the values that a caller writes.
 *
 * <p>Imports nothing of the broker.
 */
package io.maxmq.spi.storage;
