package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * What one tenant may take of the broker, beside what each of its users, clients and sessions may. How many connections it may have, and
 * how fast they publish, is said by a {@link io.maxmq.spi.limit.RateLimiter}. Immutable.
 *
 * @param maxSessions connected or not, those of before a restart too; beyond it the CONNECT of a new one is refused with 0x97 (MQTT
 *     3: 3); 0 or more, default unlimited
 * @param maxSubscriptions topic filters of all its sessions; beyond it SUBACK has 0x97 (v3.1.1: 0x80), and automatic subscriptions are
 *     left out; 0 or more, default unlimited
 * @param maxRetainedMessages in place of {@link RetainedLimits#maxMessages()} where it is less; 0 or more, default unlimited
 * @param maxRetainedBytes the same for {@link RetainedLimits#maxBytes()}
 * @param maxStoredBytes of messages that wait in the storage for durable sessions and shared subscriptions, a message once for each, with
 *     some bytes of its own; beyond it publishers of QoS 1 and 2 get 0x97 (MQTT 3: as the storage's refusal); a start with this bound
 *     reads all queues; 0 or more, default unlimited
 * @since 0.1.0
 */
@Stable
public record TenantQuota(
        int maxSessions, int maxSubscriptions, int maxRetainedMessages, long maxRetainedBytes, long maxStoredBytes) {

    /** No bound but the broker's own. */
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

    /** The same with another bound of sessions. */
    public TenantQuota withMaxSessions(int sessions) {
        return new TenantQuota(sessions, maxSubscriptions, maxRetainedMessages, maxRetainedBytes, maxStoredBytes);
    }

    /** The same with another bound of subscriptions. */
    public TenantQuota withMaxSubscriptions(int filters) {
        return new TenantQuota(maxSessions, filters, maxRetainedMessages, maxRetainedBytes, maxStoredBytes);
    }

    /** The same with another bound of retained messages. */
    public TenantQuota withMaxRetainedMessages(int messages) {
        return new TenantQuota(maxSessions, maxSubscriptions, messages, maxRetainedBytes, maxStoredBytes);
    }

    /** The same with another bound of the bytes that retained messages take. */
    public TenantQuota withMaxRetainedBytes(long bytes) {
        return new TenantQuota(maxSessions, maxSubscriptions, maxRetainedMessages, bytes, maxStoredBytes);
    }

    /** The same with another bound of the bytes that wait in the storage. */
    public TenantQuota withMaxStoredBytes(long bytes) {
        return new TenantQuota(maxSessions, maxSubscriptions, maxRetainedMessages, maxRetainedBytes, bytes);
    }
}
