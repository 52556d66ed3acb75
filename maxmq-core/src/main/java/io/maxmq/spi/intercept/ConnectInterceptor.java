package io.maxmq.spi.intercept;

import io.maxmq.spi.Stable;

/**
 * Inspects, changes or refuses each CONNECT before authentication. See {@link Interceptor} for thread, order and failure.
 *
 * <p>A refusal answers CONNACK with the reason code and the reason string (MQTT 5.0) or with the nearest of the codes 2 to 5 (MQTT 3),
 * and closes the connection. A running session of that client id stays untouched. <b>Cost:</b> one call and one object per CONNECT.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface ConnectInterceptor extends Interceptor {

    /** Decides on one CONNECT. A reason code must be one that CONNACK may carry. */
    Decision.OfRequest<ConnectRequest> onConnect(ConnectRequest request);
}
