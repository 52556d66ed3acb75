package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.SocketAddress;
import java.util.function.BooleanSupplier;

/**
 * Receiver of a session's outbound packets: the attached connection. Called on the session's event loop only; no method
 * blocks, and bytes are written at the end of the loop's iteration.
 */
public interface PacketSink {
    /**
     * Returns whether one more PUBLISH may be sent. {@link Session#onWritable} is called when this changes from false
     * to true.
     */
    boolean isWritable();

    /** Returns whether the packet fits into the client's Maximum Packet Size (MQTT 5.0 §3.1.2.11.4). */
    boolean fits(RoutedMessage message, int flags, FilterSubscription subscription);

    /**
     * Sends PUBLISH.
     *
     * @param flags see {@link DeliveryFlags}
     * @param packetId 0 at QoS 0
     */
    void sendPublish(RoutedMessage message, int flags, int packetId, boolean dup, FilterSubscription subscription);

    /** Sends PUBACK, PUBREC, PUBREL or PUBCOMP; the reason reaches MQTT 5.0 clients only. */
    void sendAck(PacketType type, int packetId, ReasonCode reason);

    /**
     * Sends a PUBACK or PUBREC with an error code, and the detail as a Reason String to MQTT 5.0 clients that requested
     * problem information (§3.4.2.2.2).
     */
    default void sendRefusal(PacketType type, int packetId, ReasonCode reason, String detail) {
        sendAck(type, packetId, reason);
    }

    /**
     * Stops reading packets of the client until memory is available.
     *
     * @param room polled periodically; reserves the memory and returns true if available
     */
    default void awaitRoom(BooleanSupplier room) {}

    /** Returns the network address of the client. */
    SocketAddress remoteAddress();

    /**
     * Disconnects the client: sends DISCONNECT with the reason to MQTT 5.0 clients, then closes. The caller detaches
     * the session.
     */
    default void disconnect(ReasonCode reason, String detail) {
        disconnect(Initiator.BROKER, reason, detail);
    }

    /** Disconnects the client on behalf of an initiator. */
    void disconnect(Initiator by, ReasonCode reason, String detail);

    /** Disconnects the client and gives an MQTT 5.0 client a Server Reference (§4.11). */
    default void redirect(ReasonCode reason, String serverReference) {
        disconnect(Initiator.ADMINISTRATOR, reason, "");
    }
}
