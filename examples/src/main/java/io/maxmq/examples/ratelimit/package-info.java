/**
 * How much clients may publish in a time. Start at {@link io.maxmq.examples.ratelimit.LimitedBroker}; the arithmetic is in
 * {@code TokenBucket}.
 */
package io.maxmq.examples.ratelimit;
