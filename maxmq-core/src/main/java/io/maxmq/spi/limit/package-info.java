/**
 * How fast clients may connect, publish and subscribe: rate limiters and the answers they give, without allocation on
 * the hot path. Start at {@link io.maxmq.spi.limit.RateLimiter}.
 */
package io.maxmq.spi.limit;
