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
public record Health(boolean isUp, String detail) {
    private static final Health UP = new Health(true, "");

    /** It could. */
    public static Health up() {
        return UP;
    }

    /** It could not. */
    public static Health down(String why) {
        return new Health(false, why);
    }
}
