package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Limits of one tenant, in addition to those of its users, clients and sessions. Connections and rates of a tenant are
 * limited by a {@link io.maxmq.spi.limit.RateLimiter}. Immutable.
 *
 * @param maxSessions connected or not, including those from before a restart; the CONNECT of a further session is
 *     refused with 0x97 (MQTT 3: 3); 0 or more, default unlimited
 * @param maxSubscriptions topic filters of all its sessions; beyond it SUBACK has 0x97 (v3.1.1: 0x80), and automatic
 *     subscriptions are skipped; 0 or more, default unlimited
 * @param maxRetainedMessages replaces a higher {@link RetainedLimits#maxMessages()}; 0 or more, default unlimited
 * @param maxRetainedBytes replaces a higher {@link RetainedLimits#maxBytes()}
 * @param maxStoredBytes of messages that wait in the store for durable sessions and shared subscriptions, counted once
 *     for each recipient with some bytes of overhead; beyond it publishers of QoS 1 and 2 get 0x97 (MQTT 3: as when the
 *     store refuses); a start with this bound reads all queues; 0 or more, default unlimited
 * @since 0.1.0
 */
@Stable
public record TenantQuota(
        int maxSessions, int maxSubscriptions, int maxRetainedMessages, long maxRetainedBytes, long maxStoredBytes) {

    /** No limits except the broker's own. */
    public static final TenantQuota UNLIMITED =
            new TenantQuota(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /** Checks every value. */
    public TenantQuota {
        SettingChecks.range("maxSessions", maxSessions, 0, Integer.MAX_VALUE);
        SettingChecks.range("maxSubscriptions", maxSubscriptions, 0, Integer.MAX_VALUE);
        SettingChecks.range("maxRetainedMessages", maxRetainedMessages, 0, Integer.MAX_VALUE);
        SettingChecks.range("maxRetainedBytes", maxRetainedBytes, 0, Long.MAX_VALUE);
        SettingChecks.range("maxStoredBytes", maxStoredBytes, 0, Long.MAX_VALUE);
    }

    /** Returns a copy with another limit of sessions. */
    public TenantQuota withMaxSessions(int sessions) {
        return new TenantQuota(sessions, maxSubscriptions, maxRetainedMessages, maxRetainedBytes, maxStoredBytes);
    }

    /** Returns a copy with another limit of subscriptions. */
    public TenantQuota withMaxSubscriptions(int filters) {
        return new TenantQuota(maxSessions, filters, maxRetainedMessages, maxRetainedBytes, maxStoredBytes);
    }

    /** Returns a copy with another limit of retained messages. */
    public TenantQuota withMaxRetainedMessages(int messages) {
        return new TenantQuota(maxSessions, maxSubscriptions, messages, maxRetainedBytes, maxStoredBytes);
    }

    /** Returns a copy with another limit of bytes of retained messages. */
    public TenantQuota withMaxRetainedBytes(long bytes) {
        return new TenantQuota(maxSessions, maxSubscriptions, maxRetainedMessages, bytes, maxStoredBytes);
    }

    /** Returns a copy with another limit of bytes in the store. */
    public TenantQuota withMaxStoredBytes(long bytes) {
        return new TenantQuota(maxSessions, maxSubscriptions, maxRetainedMessages, maxRetainedBytes, bytes);
    }
}
