package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;

/**
 * Inspects, changes or refuses each filter of each UNSUBSCRIBE, in the packet's order. See {@link Interceptor} for thread, order and
 * failure.
 *
 * <p>A refusal concerns its filter only; the subscription stays. MQTT 5.0 clients get the reason code in UNSUBACK, without a reason
 * string. UNSUBACK of MQTT 3 has no codes, so its clients cannot see a refusal. <b>Cost:</b> one call per filter.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface UnsubscribeInterceptor extends Interceptor {

    /** Decides on one filter. A reason code must be one that UNSUBACK may carry. */
    Decision.OfRequest<String> onUnsubscribe(ClientInfo client, String topicFilter);
}
