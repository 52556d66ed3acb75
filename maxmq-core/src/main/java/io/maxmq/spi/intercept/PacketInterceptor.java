package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.spi.Stable;

/**
 * Inspects packets of all types as bytes on the wire: inbound ones before the broker acts on them, outbound ones when they are written.
 * May drop an inbound packet or close its connection. The other interceptors change packets, as they know their fields. See
 * {@link Interceptor} for order. Never asynchronous.
 *
 * <p><b>Thread:</b> the event loop of the connection, one call at a time per connection: until CONNECT is accepted the loop of its
 * listener, then that of its session. A call must not block. The broker shows an inbound packet once, before it checks more than the fixed
 * header, so malformed packets too. An outbound packet is in the socket's output buffer by then; a connection that closes may lose it.
 * The application's own publications and subscriptions are no packets.
 *
 * <p><b>Cost:</b> for each packet of a {@linkplain #wants wanted} type a copy of its bytes and a small object; for other types a test of a
 * field.
 *
 * @since 0.1.0
 */
@Stable
public non-sealed interface PacketInterceptor extends Interceptor {

    /**
     * Direction of a packet.
     *
     * @since 0.1.0
     */
    @Stable
    enum Direction {
        /** From a client. */
        READ,
        /** To a client. */
        WRITTEN
    }

    /** Selects the packets to inspect. Called at the start, once for each type and direction; select only what is needed. */
    default boolean wants(PacketType type, Direction direction) {
        return true;
    }

    /**
     * Decides on an inbound packet. A failure closes the connection with 0x83.
     *
     * <p>{@link Decision#drop} hides the packet from the broker, as if it had been lost: a client that expects an answer waits in vain. It
     * counts for keep alive. {@link Decision#refuse} closes the connection and publishes its will; the reason code must be one that
     * DISCONNECT may carry. MQTT 5.0 clients get it in DISCONNECT, and in CONNACK during an exchange of AUTH. A refused CONNECT, and MQTT 3
     * clients, see the close alone: a {@link ConnectInterceptor} can answer CONNECT.
     */
    default Decision.OfPacket<RawPacket> onRead(RawPacket packet) {
        return Decision.proceed();
    }

    /** Observes an outbound packet. A failure is reported and changes nothing. */
    default void onWritten(RawPacket packet) {}
}
