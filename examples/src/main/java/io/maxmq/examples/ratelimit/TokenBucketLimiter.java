package io.maxmq.examples.ratelimit;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateLimiter;

/**
 * Gives each client a {@link ClientBucket} when it connects. One that connects anew begins with a full one; to prevent that,
 * keep buckets by tenant and client id, or limit {@link RateLimiter#onConnect} as well.
 *
 * @param burst messages at once
 * @param perSecond messages per second in the long run
 */
record TokenBucketLimiter(int burst, int perSecond) implements RateLimiter {
    TokenBucketLimiter {
        if (burst < 1 || perSecond < 1) {
            throw new IllegalArgumentException(
                    "burst and perSecond must be 1 or more: burst=" + burst + ", perSecond=" + perSecond);
        }
    }

    @Override
    public ConnectionLimiter open(ClientInfo client, long nowNanos) {
        // The operator's own client may do as it likes, and costs not even the call.
        return client.clientId().equals("operator") ? ConnectionLimiter.NONE : new ClientBucket(burst, perSecond);
    }

    @Override
    public String name() {
        return "token bucket";
    }
}
