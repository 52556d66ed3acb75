package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;

/**
 * Inspects, changes or refuses each filter of each SUBSCRIBE, in the packet's order, before it is authorized. See {@link Interceptor}
 * for thread, order and failure.
 *
 * <p>A refusal concerns its filter only. MQTT 5.0 clients get the reason code in SUBACK, and as its reason string the reason of the
 * first refused filter; MQTT 3.1.1 clients get 0x80. MQTT 3.1 has no failure code, so its clients get the QoS that they asked for, and no
 * messages. <b>Cost:</b> one call and one object per filter.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface SubscribeInterceptor extends Interceptor {

    /** Decides on one filter. A reason code must be one that SUBACK may carry. */
    Decision.OfRequest<SubscriptionRequest> onSubscribe(ClientInfo client, SubscriptionRequest request);
}
