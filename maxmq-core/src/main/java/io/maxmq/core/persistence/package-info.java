/**
 * What the broker keeps, as records in a {@link io.maxmq.spi.storage.KeyValueStore}, and the store that keeps them in
 * memory. Threads are the caller's: each type says which. Imports {@code spi.storage} and nothing of the other layers.
 * Start at {@link io.maxmq.core.persistence.MemoryKeyValueStore}.
 */
package io.maxmq.core.persistence;
