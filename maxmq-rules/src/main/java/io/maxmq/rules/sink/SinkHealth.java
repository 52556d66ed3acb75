package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;

/**
 * True if a sink could take records.
 *
 * @param isUp whether it could
 * @param detail for people; empty when there is nothing to say
 * @since 0.1.0
 */
@Preview
public record SinkHealth(boolean isUp, String detail) {
    private static final SinkHealth UP = new SinkHealth(true, "");

    /** It could. */
    public static SinkHealth up() {
        return UP;
    }

    /** It could not. */
    public static SinkHealth down(String why) {
        return new SinkHealth(false, why);
    }
}
