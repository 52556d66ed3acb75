package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * One message on its way to one session. Only the broker implements it; what it says stays, but for {@link #message}.
 *
 * @since 0.1.0
 */
@Stable
public interface Delivery {

    /** Whose topics and clients these are. */
    Tenant tenant();

    /** Of a client, or of a subscription that the application has under a name, which begins with {@code $in-process/}. */
    String clientId();

    /** The client while it is connected; empty for the application. */
    Optional<ClientInfo> client();

    /** As it was published or, where a {@link DeliveryInterceptor} has changed it, as it is sent. */
    String topic();

    /** How long the payload is. */
    int payloadBytes();

    /** It is delivered with. */
    QoS qos();

    /** 1..65535; 0 at QoS 0, and while the message is queued. */
    int packetId();

    /** Whether it is sent once more, on another connection (MQTT 5.0 §4.4). */
    boolean again();

    /**
     * The message with its id: a view, made when it is asked for, during the call alone. Its QoS is as published; RETAIN is as sent, and
     * as published once it was acknowledged.
     */
    Message message();
}
