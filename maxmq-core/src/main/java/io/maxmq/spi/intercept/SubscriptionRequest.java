package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.spi.Stable;

/**
 * One filter of a SUBSCRIBE with its options. MQTT 5.0 §3.8.3. Immutable.
 *
 * @param topicFilter as the client sent it, {@code $share/NAME/} or {@code $exclusive/} included
 * @param qos highest QoS that the client asks for
 * @param noLocal false for MQTT 3
 * @param retainAsPublished false for MQTT 3
 * @param retainHandling {@link RetainHandling#SEND_AT_SUBSCRIBE} for MQTT 3
 * @param queued true when messages of QoS 1 and 2 wait while the client is away, as for every SUBSCRIBE; otherwise they are dropped with
 *     {@link io.maxmq.spi.DropReason#NOT_QUEUED}, and the subscription stays
 * @since 0.1.0
 */
@Stable
public record SubscriptionRequest(
        String topicFilter,
        QoS qos,
        boolean noLocal,
        boolean retainAsPublished,
        RetainHandling retainHandling,
        boolean queued) {

    /** Creates a request with messages that wait while the client is away. */
    public SubscriptionRequest(
            String topicFilter, QoS qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {
        this(topicFilter, qos, noLocal, retainAsPublished, retainHandling, true);
    }

    /** Creates a request with the options of MQTT 3. */
    public SubscriptionRequest(String topicFilter, QoS qos) {
        this(topicFilter, qos, false, false, RetainHandling.SEND_AT_SUBSCRIBE);
    }

    /** Replaces the filter. */
    public SubscriptionRequest withTopicFilter(String newTopicFilter) {
        return new SubscriptionRequest(newTopicFilter, qos, noLocal, retainAsPublished, retainHandling, queued);
    }

    /** Replaces the QoS. */
    public SubscriptionRequest withQos(QoS newQos) {
        return new SubscriptionRequest(topicFilter, newQos, noLocal, retainAsPublished, retainHandling, queued);
    }

    /** Keeps the subscription while the client is away, but queues no messages. */
    public SubscriptionRequest withoutQueue() {
        return new SubscriptionRequest(topicFilter, qos, noLocal, retainAsPublished, retainHandling, false);
    }
}
