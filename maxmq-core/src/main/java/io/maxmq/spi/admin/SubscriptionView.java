package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A subscription, as it was when the query read it. Immutable.
 *
 * @param tenant of the session
 * @param clientId of the session
 * @param topicFilter with {@code $share/NAME/} when shared
 * @param shareName of a shared one
 * @param qos as granted
 * @param noLocal whether the client's own messages are excluded
 * @param retainAsPublished whether forwarded messages keep their RETAIN flag
 * @param subscriptionId 1..268,435,455, or 0 without one
 * @since 0.1.0
 */
@Stable
public record SubscriptionView(
        Tenant tenant,
        String clientId,
        String topicFilter,
        Optional<String> shareName,
        QoS qos,
        boolean noLocal,
        boolean retainAsPublished,
        int subscriptionId) {}
