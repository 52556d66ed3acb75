package io.maxmq;

import io.maxmq.spi.Stable;

/**
 * Says that a message has been dealt with. Until then it counts against the subscription's window, and comes again after the
 * application has subscribed anew to a {@linkplain SubscribeOptions#durable durable} subscription. Only the broker implements
 * it.
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
