package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;

/**
 * Sees packets of all types as they are on the wire: what has been read, before anything is done about it, and what has been
 * written. May keep a packet that was read from the broker, or end the connection for it; what a packet says is changed by the other
 * interceptors, which know what it means. See {@link Interceptor} for order and failure; here nothing is
 * asynchronous.
 *
 * <p><b>Thread:</b> the event loop that the connection is on, one call at a time per connection: until CONNECT is let in the
 * loop of its listener, then that of its session. Must not block. A packet that was read is seen once, before it is checked beyond its
 * fixed header, so also one that turns out malformed; one that was written is with the socket's output, and leaves the machine soon
 * after, if the connection lives. What the application publishes and subscribes to in-process is no packet, so it is not seen.
 *
 * <p><b>Cost:</b> per packet of a type that is wanted a copy of its bytes and a small object; for other types a look at a bit.
 *
 * @since 0.1.0
 */
@Stable
public non-sealed interface PacketInterceptor extends Interceptor {

    /**
     * Which way a packet goes.
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

    /** Which packets it wants to see. Asked once each, at start; narrow it to what is needed. */
    default boolean wants(PacketType type, Direction direction) {
        return true;
    }

    /** Looks at a packet that has been read. A failure ends the connection with 0x83. */
    default Decision onRead(RawPacket packet) {
        return Decision.proceed();
    }

    /** Looks at a packet that has been written. A failure is reported, and changes nothing. */
    default void onWritten(RawPacket packet) {}

    /**
     * An answer. Immutable.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface Decision {

        /** Goes on. */
        static Decision proceed() {
            return Proceed.INSTANCE;
        }

        /**
         * The broker never sees it, as if it had been lost: nothing answers it, and a client that waits for an answer waits in vain. It
         * counts for keep alive.
         */
        static Decision discard() {
            return Discard.INSTANCE;
        }

        /**
         * Ends the connection, and its will is published. A client of MQTT 5.0 is told by DISCONNECT; during an exchange of AUTH by
         * CONNACK; for CONNECT itself, and with MQTT 3, there is just the close: {@link ConnectInterceptor} answers those.
         */
        static Decision disconnect(ReasonCode reasonCode, String reason) {
            return new Disconnect(reasonCode, reason);
        }

        /**
         * See {@link Decision#proceed}.
         *
         * @since 0.1.0
         */
        @Stable
        record Proceed() implements Decision {
            static final Proceed INSTANCE = new Proceed();
        }

        /**
         * See {@link Decision#discard}.
         *
         * @since 0.1.0
         */
        @Stable
        record Discard() implements Decision {
            static final Discard INSTANCE = new Discard();
        }

        /**
         * See {@link Decision#disconnect}.
         *
         * @param reasonCode an error that DISCONNECT may carry
         * @param reason for the log and the v5 client's Reason String
         * @since 0.1.0
         */
        @Stable
        record Disconnect(ReasonCode reasonCode, String reason) implements Decision {

            /** Checks the reason code. */
            public Disconnect {
                Vetoes.check(reasonCode, PacketType.DISCONNECT);
            }
        }
    }
}
