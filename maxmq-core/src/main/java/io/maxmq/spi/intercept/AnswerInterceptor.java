package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;

/**
 * Changes the reason string and the user properties of CONNACK, SUBACK, UNSUBACK and DISCONNECT on their way to an MQTT 5.0 client; MQTT 3
 * has neither. The decision itself belongs to the interceptors of the request. See {@link Interceptor} for thread and order. Never
 * asynchronous; a failure is reported and leaves the answer as it was.
 *
 * <p>Not called for a client before its CONNECT is read. A client that wants no problem information (§3.1.2.11.7) gets the changes in
 * CONNACK and DISCONNECT only. When the packet exceeds the client's maximum packet size, the broker leaves out the reason string, then the
 * user properties. <b>Cost:</b> one call and a few objects per such packet.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface AnswerInterceptor extends Interceptor {

    /**
     * Inspects or changes one answer.
     *
     * @return the same answer, or one with another reason string or other user properties; the broker ignores other differences
     */
    Answer onAnswer(ClientInfo client, Answer answer);
}
