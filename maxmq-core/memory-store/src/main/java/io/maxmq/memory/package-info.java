/**
 * Storage on the heap of the JVM. Start at {@link io.maxmq.memory.MemoryStorage}, which keeps its content between two brokers.
 */
package io.maxmq.memory;
