package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * One message on its way to one session. Only the broker implements it. All values but {@link #message} stay valid after the call.
 *
 * @since 0.1.0
 */
@Stable
public interface Delivery {

    /** Tenant of the session. */
    Tenant tenant();

    /** Client id of the session; for a named subscription of the application it begins with {@code $in-process/}. */
    String clientId();

    /** Connected client; empty while it is away, and for the application. */
    Optional<ClientInfo> client();

    /** Topic as published or, when a {@link DeliveryInterceptor} changed it, as sent. */
    String topic();

    /** Length of the payload. */
    int payloadBytes();

    /** QoS of the delivery. */
    QoS qos();

    /** Packet id, 1..65535; 0 at QoS 0, and while the message is queued. */
    int packetId();

    /** True for a redelivery on another connection (MQTT 5.0 §4.4). */
    boolean again();

    /**
     * Message with its id: a view, created on demand, valid during the call alone. Its QoS is as published; RETAIN is as sent, and as
     * published once the message is acknowledged.
     */
    Message message();
}
