package io.maxmq.api.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A token bucket per name, for requests per second. Remembers the last {@value #MAX_NAMES} names. Not thread-safe.
 */
final class RequestRates {
    private static final int MAX_NAMES = 1024;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_NAMES;
        }
    };

    private static final class Bucket {
        private double tokens;
        private long atNanos;

        Bucket(double tokens, long atNanos) {
            this.tokens = tokens;
            this.atNanos = atNanos;
        }
    }

    /** @param perSecond requests per second and the size of a burst; 0 for unlimited */
    RequestRates(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Takes a token; false when the name has none left. */
    boolean tryTake(String name, long nowNanos) {
        if (perSecond == 0) {
            return true;
        }
        Bucket bucket = refilled(name, nowNanos);
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }

    /** Returns whether the name has a token left, and takes none. */
    boolean hasToken(String name, long nowNanos) {
        return perSecond == 0 || !buckets.containsKey(name) || refilled(name, nowNanos).tokens >= 1;
    }

    private Bucket refilled(String name, long nowNanos) {
        Bucket bucket = buckets.computeIfAbsent(name, absent -> new Bucket(perSecond, nowNanos));
        bucket.tokens = Math.min(perSecond, bucket.tokens + (double) (nowNanos - bucket.atNanos) * perSecond / NANOS);
        bucket.atNanos = nowNanos;
        return bucket;
    }
}
