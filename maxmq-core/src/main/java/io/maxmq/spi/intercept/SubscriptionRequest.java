package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.spi.Stable;

/**
 * One filter of a SUBSCRIBE with its options. MQTT 5.0 §3.8.3. Immutable.
 *
 * @param topicFilter as the client wrote it, {@code $share/NAME/} or {@code $exclusive/} included
 * @param qos the highest QoS that the client wants
 * @param noLocal false for v3
 * @param retainAsPublished false for v3
 * @param retainHandling {@link RetainHandling#SEND_AT_SUBSCRIBE} for v3
 * @param queued whether messages of QoS 1 and 2 wait while the client is away; true for every SUBSCRIBE. Without it the
 *     subscription stays and what comes meanwhile is dropped, with {@link io.maxmq.spi.DropReason#NOT_QUEUED}
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

    /** With messages that wait while the client is away. */
    public SubscriptionRequest(
            String topicFilter, QoS qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {
        this(topicFilter, qos, noLocal, retainAsPublished, retainHandling, true);
    }

    /** With the options that v3 has. */
    public SubscriptionRequest(String topicFilter, QoS qos) {
        this(topicFilter, qos, false, false, RetainHandling.SEND_AT_SUBSCRIBE);
    }

    /** Subscribes to another filter. */
    public SubscriptionRequest withTopicFilter(String newTopicFilter) {
        return new SubscriptionRequest(newTopicFilter, qos, noLocal, retainAsPublished, retainHandling, queued);
    }

    /** Grants another QoS. */
    public SubscriptionRequest withQos(QoS newQos) {
        return new SubscriptionRequest(topicFilter, newQos, noLocal, retainAsPublished, retainHandling, queued);
    }

    /** Keeps the subscription while the client is away, and no messages for it. */
    public SubscriptionRequest withoutQueue() {
        return new SubscriptionRequest(topicFilter, qos, noLocal, retainAsPublished, retainHandling, false);
    }
}
