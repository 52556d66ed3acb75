package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;

/**
 * A session that a message matches, and the matching subscription. Immutable.
 *
 * @param tenant of the session
 * @param clientId of the session; for a named subscription of the application it begins with {@code $in-process/}
 * @param topicFilter with {@code $share/NAME/} when shared; the first of several that overlap
 * @param qos highest QoS of the subscription
 * @param online true while the client is connected and, for a shared subscription, reads messages
 * @since 0.1.0
 */
@Stable
public record Recipient(Tenant tenant, String clientId, String topicFilter, QoS qos, boolean online) {}
