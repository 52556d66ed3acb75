package io.maxmq;

import io.maxmq.spi.Stable;

/**
 * Acknowledges one message. An unacknowledged message counts against the subscription's window, and is redelivered when
 * the application subscribes again to a {@linkplain SubscribeOptions#durable durable} subscription. Only the broker
 * implements this interface.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface Acknowledgement {

    /**
     * Acknowledges the message, in any order with others. Any thread, never blocks. No effect at QoS 0, for a message that is
     * acknowledged already, and after the subscription has been closed.
     */
    void acknowledge();
}
