/**
 * What the broker may use: the memory budget of the whole broker and the credits that event loops draw from it. Imports
 * {@code config} and {@code spi}. Start at {@link io.maxmq.core.limit.MemoryBudget}.
 */
package io.maxmq.core.limit;
