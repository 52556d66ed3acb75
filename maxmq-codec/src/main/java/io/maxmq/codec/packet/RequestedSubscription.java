package io.maxmq.codec.packet;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;

/**
 * One line of SUBSCRIBE. MQTT 5.0 §3.8.3. Before 5.0 only filter and QoS travel; the rest is as in {@link #of}.
 *
 * @param topicFilter well-formed UTF-8, but not necessarily a valid filter: the broker answers each with its own code
 */
public record RequestedSubscription(
        String topicFilter, QoS maxQos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {

    /** All options off: retained messages are sent, the retain flag of others is cleared, own messages come back. */
    public static RequestedSubscription of(String topicFilter, QoS maxQos) {
        return new RequestedSubscription(topicFilter, maxQos, false, false, RetainHandling.SEND_AT_SUBSCRIBE);
    }
}
