package io.maxmq.spi.intercept;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Inspects, changes, drops or refuses each published message before it is authorized, retained and routed: of clients, of wills that are
 * due, and of the application. See {@link Interceptor} for thread, order and failure.
 *
 * <p>The broker asks once per message, however often a client resends a QoS 2 PUBLISH. The message is a view that ends with the call:
 * {@link Message#copy()} it for a {@link Decision.Later}. <b>Cost:</b> one call and one message object per PUBLISH that some interceptor
 * {@linkplain #wants wants}.
 *
 * <table>
 * <caption>Answers to the publisher</caption>
 * <tr><th></th><th>QoS 0</th><th>QoS 1/2, MQTT 5.0</th><th>QoS 1/2, MQTT 3</th><th>the application</th></tr>
 * <tr><td>drop</td><td>–</td><td>PUBACK or PUBREC 0x00</td><td>PUBACK or PUBREC</td><td>a result with one drop</td></tr>
 * <tr><td>refuse</td><td>–</td><td>PUBACK or PUBREC with reason code and reason string</td><td>PUBACK or PUBREC, which have no
 * codes</td><td>{@code PublishRefusedException}</td></tr>
 * </table>
 *
 * Both emit a drop event with {@code INTERCEPTED} for messages of clients and wills.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface PublishInterceptor extends Interceptor {

    /**
     * Decides on one message. The QoS of a changed message is the QoS towards the subscribers; the publisher's handshake stays. A reason
     * code must be one that PUBACK may carry.
     *
     * @param publisher null when the application or an extension publishes
     */
    Decision<Message> onPublish(@Nullable ClientInfo publisher, Message message);

    /**
     * Selects messages by topic, before the broker creates a message object. False counts as {@link Decision#proceed}; a message may
     * reach {@link #onPublish} even so. Runs on the event loop and must be fast. A failure counts as true.
     *
     * @param publisher null when the application or an extension publishes
     */
    default boolean wants(@Nullable ClientInfo publisher, String topic) {
        return true;
    }

    /**
     * Selects messages by a user property (MQTT 5.0 §3.3.2.3.7): the broker does not ask {@link #wants} about a message of a client without
     * this property. It searches the encoded properties and allocates nothing. A message may reach {@link #onPublish} even so. Read once, at
     * start.
     *
     * @return the name of the property; empty, the default, for all messages
     */
    default Optional<String> requiredUserProperty() {
        return Optional.empty();
    }
}
