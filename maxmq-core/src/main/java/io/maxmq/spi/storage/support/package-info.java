/**
 * Building blocks for implementations of {@link io.maxmq.spi.storage.KeyValueStore}: watches on a bounded history, a serial
 * loop on an executor, and reads that skip damaged data. A store may use them or not.
 */
package io.maxmq.spi.storage.support;
