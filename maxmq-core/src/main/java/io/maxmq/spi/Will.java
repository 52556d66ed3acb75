package io.maxmq.spi;

import java.time.Duration;

/**
 * The message that the broker publishes when a connection ends without a DISCONNECT of the client. MQTT 5.0 §3.1.2.5.
 *
 * @param message the message; its topic is a topic name, without wildcards
 * @param delay how long the client may stay away before it is published (§3.1.3.2.2); zero for v3
 * @since 0.1.0
 */
@Stable
public record Will(Message message, Duration delay) {

    /** Checks the delay. */
    public Will {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative: delay=" + delay);
        }
    }
}
