package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;

/**
 * Inspects, changes or drops each message on its way to each client, before it is sent for the first time. See {@link Interceptor} for
 * thread and order. A failure drops the delivery.
 *
 * <p>Never asynchronous: a waiting delivery would reorder or hold the whole queue. The message is a view. A dropped message emits a drop
 * event with {@code INTERCEPTED}; the MQTT version of the client makes no difference. <b>Cost:</b> the recipients of a message no longer
 * share its encoded bytes, so this is the most expensive interceptor: one call and one encoding per recipient.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface DeliveryInterceptor extends Interceptor {

    /**
     * Decides on one message for one recipient. A changed message keeps the QoS and the RETAIN flag of the delivery; one with a topic or a
     * property that MQTT cannot send counts as a failure.
     */
    Decision.OfDelivery<Message> onDelivery(ClientInfo recipient, Message message);
}
