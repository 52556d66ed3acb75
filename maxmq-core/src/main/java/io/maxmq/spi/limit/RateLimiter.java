package io.maxmq.spi.limit;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;
import java.net.SocketAddress;

/**
 * Limits the rates of connections, messages and subscriptions. Finds its counters (of the client, its address, its
 * tenant, the broker) once, in {@link #open}; after that the broker asks the connection's own {@link
 * ConnectionLimiter}, so that nothing is looked up per message.
 *
 * <p><b>Thread:</b> event loops, concurrently; must not block. Counters that several connections share must be
 * thread-safe. <b>Time:</b> comes as an argument, by the broker's clock. <b>Failure:</b> an exception counts as {@link
 * RateDecision#ALLOW} for a connected client and as {@link RateDecision#DROP} for a new connection, and is reported as
 * {@code PluginFailed}.
 *
 * <p><b>Several</b> limiters are each asked about every operation, even if another refuses it, and the strictest
 * decision holds ({@link RateDecision#stricter}). A limiter that has allowed a connection is not asked again when
 * another pauses it.
 *
 * @since 0.1.0
 */
@Stable
public interface RateLimiter {

    /** Limits nothing and costs nothing. */
    RateLimiter NONE = new RateLimiter() {
        @Override
        public ConnectionLimiter open(ClientInfo client, long nowNanos) {
            return ConnectionLimiter.NONE;
        }

        @Override
        public String toString() {
            return "RateLimiter.NONE";
        }
    };

    /** Returns the name in logs, metrics and events. */
    default String name() {
        return PluginName.of(this, RateLimiter.class);
    }

    /**
     * A socket was accepted; nothing has been read from it. {@link RateDecision#DISCONNECT} means the same as
     * {@link RateDecision#DROP} here. After a pause it is asked again; a few such sockets may wait for each listener, more are closed.
     *
     * @param listener the listener's name
     * @param nowNanos the clock's {@code nanoTime}
     */
    default RateDecision onAccept(SocketAddress remoteAddress, String listener, long nowNanos) {
        return RateDecision.ALLOW;
    }

    /**
     * A CONNECT was read, authentication has not begun. After a pause it is asked again, for ten seconds at most.
     *
     * @param client as CONNECT describes it; nothing of it is proven
     * @param nowNanos the clock's {@code nanoTime}
     */
    default RateDecision onConnect(ClientInfo client, long nowNanos) {
        return RateDecision.ALLOW;
    }

    /**
     * The client is authenticated, before CONNACK. {@link ConnectionLimiter#acquireConnection} then decides whether it
     * may connect.
     *
     * @param nowNanos the clock's {@code nanoTime}
     * @return the limiter of this connection; closed when the connection is
     */
    ConnectionLimiter open(ClientInfo client, long nowNanos);
}
