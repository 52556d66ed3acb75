/**
 * Rate limiters of connections, publications and subscriptions, and their decisions, without allocation on the hot
 * path. Start at {@link io.maxmq.spi.limit.RateLimiter}.
 */
package io.maxmq.spi.limit;
