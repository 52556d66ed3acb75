package io.maxmq.examples.interceptor;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.intercept.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a site wants of its sensors: a reading is a number and says who sent it, and nobody subscribes to everything. Runs on
 * event loops, for many clients at the same time, and holds no state.
 */
final class SensorRules implements PublishInterceptor, SubscribeInterceptor {
    private static final String READINGS = "sensors/";

    /** Vetoes what is no number; adds the sender to what is. */
    @Override
    public PublishInterceptor.Decision onPublish(@Nullable ClientInfo publisher, Message message) {
        if (!message.topic().startsWith(READINGS)) {
            return PublishInterceptor.Decision.proceed();
        }
        if (!isNumber(message.payloadText())) {
            return PublishInterceptor.Decision.reject(ReasonCode.PAYLOAD_FORMAT_INVALID, "a reading must be a number");
        }
        String sender = publisher == null ? "application" : publisher.clientId();
        return PublishInterceptor.Decision.change(
                message.toBuilder().userProperty("sender", sender).build());
    }

    /** Vetoes {@code #}; everything else goes on, with QoS 1 at most. */
    @Override
    public SubscribeInterceptor.Decision onSubscribe(ClientInfo client, SubscriptionRequest request) {
        if (request.topicFilter().equals("#")) {
            return SubscribeInterceptor.Decision.reject(ReasonCode.NOT_AUTHORIZED);
        }
        return request.qos() == QoS.EXACTLY_ONCE
                ? SubscribeInterceptor.Decision.change(request.withQos(QoS.AT_LEAST_ONCE))
                : SubscribeInterceptor.Decision.proceed();
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
