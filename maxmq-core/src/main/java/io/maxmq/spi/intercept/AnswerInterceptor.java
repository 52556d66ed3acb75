package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;

/**
 * Sees CONNACK, SUBACK, UNSUBACK and DISCONNECT on their way to a client of MQTT 5.0, and may change their reason string and user
 * properties; MQTT 3 has neither. What they decide is the matter of those that are asked before. See {@link Interceptor} for thread
 * and order; here nothing is asynchronous, and a failure is reported and leaves the answer as it was.
 *
 * <p>Not called for a client that has not got as far as CONNECT. A client that wants no problem information (§3.1.2.11.7) gets what is
 * changed in CONNACK and DISCONNECT only. What is beyond the client's maximum packet size is left out: the reason string, then the user
 * properties. <b>Cost:</b> one call and a few objects per such packet.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface AnswerInterceptor extends Interceptor {

    /**
     * Looks at one answer.
     *
     * @return the same, or with another reason string or other user properties; other differences are ignored
     */
    Answer onAnswer(ClientInfo client, Answer answer);
}
