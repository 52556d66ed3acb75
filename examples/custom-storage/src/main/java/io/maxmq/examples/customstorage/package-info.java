/**
 * A {@link io.maxmq.spi.storage.KeyValueStore} in a file of H2's MVStore. Start at {@link
 * io.maxmq.examples.customstorage.CustomStorage}, a broker on it.
 */
package io.maxmq.examples.customstorage;
