/**
 * What the broker keeps, as records in a {@link io.maxmq.spi.storage.KeyValueStore}: their layouts, a loop's way to write and
 * read them, and the store that keeps them in memory. Threads are the caller's: each type says which. Knows messages and
 * topics of {@code routing}, and nothing of sessions or connections. Start at {@link io.maxmq.core.persistence.LoopStore};
 * for the store in memory at {@link io.maxmq.core.persistence.MemoryKeyValueStore}.
 */
package io.maxmq.core.persistence;
