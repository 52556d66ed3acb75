package io.maxmq.core.loop;

import io.maxmq.core.limit.MemoryCredit;

/**
 * The shares of the broker's memory that one event loop uses.
 *
 * @param messages credit for messages
 * @param network credit for the buffers of sockets
 * @param maxOpenOutputBytes bound of open output buffers, see {@link Loop#reserveOutput}
 */
public record LoopMemory(MemoryCredit messages, MemoryCredit network, long maxOpenOutputBytes) {}
