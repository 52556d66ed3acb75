package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Deliveries of a message that matches several filters of one client (MQTT 5.0 §3.3.4 allows both; MQTT 3.1.1 §3.3.5
 * the first).
 *
 * @since 0.1.0
 */
@Stable
public enum OverlappingSubscriptions {
    /** One copy, at the highest QoS of the filters, with the subscription identifiers of all of them. */
    ONE_DELIVERY,
    /** A copy for each filter, at its QoS, with its identifier; for MQTT 3 clients too. */
    DELIVERY_PER_SUBSCRIPTION
}
