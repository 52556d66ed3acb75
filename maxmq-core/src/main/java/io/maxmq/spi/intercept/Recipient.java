package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;

/**
 * A session that a message is for, and by which of its subscriptions. Immutable.
 *
 * @param clientId of a client, or of a subscription that the application has under a name, which begins with {@code $in-process/}
 * @param topicFilter with {@code $share/NAME/} when shared; of several that overlap, the first
 * @param qos the highest that the subscription grants
 * @param online whether its client is connected, and for a shared subscription also takes messages
 * @since 0.1.0
 */
@Stable
public record Recipient(Tenant tenant, String clientId, String topicFilter, QoS qos, boolean online) {}
