/**
 * What the broker keeps, as records in a {@link io.maxmq.spi.storage.KeyValueStore}: their layouts, a loop's way to write and
 * read them. Threads are the caller's: each type says which. Knows messages and
 * topics of {@code routing}, and nothing of sessions or connections. Start at {@link io.maxmq.core.persistence.LoopStore}.
 */
package io.maxmq.core.persistence;
