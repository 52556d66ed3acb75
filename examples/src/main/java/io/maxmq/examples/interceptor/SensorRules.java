package io.maxmq.examples.interceptor;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.intercept.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

/**
 * Rules of a site for its sensors: a reading is a number and names its sender, and no client subscribes to everything. Runs on event
 * loops, for many clients at the same time, and holds no state.
 */
final class SensorRules implements PublishInterceptor, SubscribeInterceptor {
    private static final String READINGS = "sensors/";

    /** Refuses readings that are no number; adds the sender to the others. */
    @Override
    public Decision<Message> onPublish(@Nullable ClientInfo publisher, Message message) {
        if (!message.topic().startsWith(READINGS)) {
            return Decision.proceed();
        }
        if (!isNumber(message.payloadText())) {
            return Decision.refuse(ReasonCode.PAYLOAD_FORMAT_INVALID, "a reading must be a number");
        }
        String sender = publisher == null ? "application" : publisher.clientId();
        return Decision.change(
                message.toBuilder().userProperty("sender", sender).build());
    }

    /** Refuses {@code #}; limits all other subscriptions to QoS 1. */
    @Override
    public Decision.OfRequest<SubscriptionRequest> onSubscribe(ClientInfo client, SubscriptionRequest request) {
        if (request.topicFilter().equals("#")) {
            return Decision.refuse(ReasonCode.NOT_AUTHORIZED);
        }
        return request.qos() == QoS.EXACTLY_ONCE
                ? Decision.change(request.withQos(QoS.AT_LEAST_ONCE))
                : Decision.proceed();
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
