/**
 * Limits of the broker's resources: the memory budget of the whole broker, the credits of event loops, bans and the
 * overload level. Imports {@code config} and {@code spi}. Start with {@link io.maxmq.core.limit.MemoryBudget}.
 */
package io.maxmq.core.limit;
