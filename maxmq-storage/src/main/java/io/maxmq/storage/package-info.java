/**
 * Durable storage for the broker, so that nothing acknowledged is lost. Start at {@link
 * io.maxmq.storage.RocksDbStorage}.
 */
package io.maxmq.storage;
