/**
 * The broker's records in a {@link io.maxmq.spi.storage.KeyValueStore}: their layouts, and the reads and writes of a
 * loop. Each type states its thread. Depends on messages and topics of {@code routing}, but not on sessions or
 * connections. Start with {@link io.maxmq.core.persistence.LoopStore}.
 */
package io.maxmq.core.persistence;
