package io.maxmq.codec;

/** The handling of existing retained messages when a subscription is made. MQTT 5.0 §3.8.3.1. */
public enum RetainHandling {
    /** The value of every subscription before 5.0. */
    SEND_AT_SUBSCRIBE,
    /** Sent only when the subscription did not exist before. */
    SEND_IF_NEW,
    DO_NOT_SEND;

    private static final RetainHandling[] BY_CODE = values();

    /** The two bits on the wire, 0..2. */
    public int code() {
        return ordinal();
    }

    /**
     * The handling of two bits on the wire.
     *
     * @throws IllegalArgumentException when {@code code} is not 0..2
     */
    public static RetainHandling of(int code) {
        if (code < 0 || code > 2) {
            throw new IllegalArgumentException("retain handling must be 0..2: code=" + code);
        }
        return BY_CODE[code];
    }
}
