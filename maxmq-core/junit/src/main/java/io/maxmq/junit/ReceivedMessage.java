package io.maxmq.junit;

import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import java.util.List;

/**
 * A message as it came to a {@link TestClient}. Immutable.
 *
 * @param message with topic, payload, properties, and the QoS and RETAIN flag of this delivery
 * @param dup whether the broker says that it may have sent it before
 * @param packetId 1..65535, or 0 at QoS 0
 * @param subscriptionIds of the subscriptions that it is for; MQTT 5.0 only
 * @since 0.1.0
 */
@Preview
public record ReceivedMessage(Message message, boolean dup, int packetId, List<Integer> subscriptionIds) {

    /** Copies the list. */
    public ReceivedMessage {
        subscriptionIds = List.copyOf(subscriptionIds);
    }

    /** Of the message. */
    public String topic() {
        return message.topic();
    }

    /** The message's payload decoded as UTF-8. */
    public String text() {
        return message.payloadText();
    }
}
