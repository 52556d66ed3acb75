package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.SocketAddress;
import java.util.function.BooleanSupplier;

/**
 * Where a session's packets go: the connection that it is attached to. Called on the session's event loop only; nothing
 * here blocks, and bytes leave at the end of the loop's iteration.
 */
public interface PacketSink {
    /** Whether one more PUBLISH may be sent; when it becomes so again {@link Session#onWritable} is called. */
    boolean isWritable();

    /** Whether the packet keeps within the client's Maximum Packet Size (MQTT 5.0 §3.1.2.11.4). */
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

    /** Sends PUBACK or PUBREC that refuses, and says why to a client of MQTT 5.0 that wants to know (§3.4.2.2.2). */
    default void sendRefusal(PacketType type, int packetId, ReasonCode reason, String detail) {
        sendAck(type, packetId, reason);
    }

    /**
     * Reads no further packets of the client until there is memory for them.
     *
     * @param room asked now and then whether there is, and takes it
     */
    default void awaitRoom(BooleanSupplier room) {}

    /** Where the client is. */
    SocketAddress remoteAddress();

    /** Ends the connection: DISCONNECT with the reason to MQTT 5.0 clients, then the close. The session is detached by the caller. */
    default void disconnect(ReasonCode reason, String detail) {
        disconnect(Initiator.BROKER, reason, detail);
    }

    /** The same, on behalf of somebody. */
    void disconnect(Initiator by, ReasonCode reason, String detail);

    /** The same, and tells an MQTT 5.0 client which server to use (§4.11). */
    default void redirect(ReasonCode reason, String serverReference) {
        disconnect(Initiator.ADMINISTRATOR, reason, "");
    }
}
