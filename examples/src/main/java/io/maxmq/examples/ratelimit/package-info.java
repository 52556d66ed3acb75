/**
 * A limit for the publish rate of clients. Start at {@link io.maxmq.examples.ratelimit.LimitedBroker}; the arithmetic
 * is in {@code ClientBucket}.
 */
package io.maxmq.examples.ratelimit;
