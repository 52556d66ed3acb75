/**
 * A {@link io.maxmq.spi.storage.KeyValueStore} of one's own: {@code FileJournal}. Start at {@link
 * io.maxmq.examples.customstorage.CustomStorage}, a broker on it.
 */
package io.maxmq.examples.customstorage;
