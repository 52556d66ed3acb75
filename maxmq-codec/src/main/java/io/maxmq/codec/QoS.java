package io.maxmq.codec;

/** Quality of Service: the promise with which a message is delivered. MQTT 5.0 §4.3. */
public enum QoS {
    /** §4.3.1: delivered once or not at all. */
    AT_MOST_ONCE,
    /** §4.3.2: delivered once or more often. */
    AT_LEAST_ONCE,
    /** §4.3.3: delivered exactly once. */
    EXACTLY_ONCE;

    private static final QoS[] BY_CODE = values();

    /** The two bits on the wire, 0..2. */
    public int code() {
        return ordinal();
    }

    /**
     * The QoS of two bits on the wire.
     *
     * @throws IllegalArgumentException when {@code code} is not 0..2
     */
    public static QoS of(int code) {
        if (code < 0 || code > 2) {
            throw new IllegalArgumentException("QoS must be 0..2: code=" + code);
        }
        return BY_CODE[code];
    }

    /** The lower of two promises: what a subscription's maximum leaves of a message's QoS (§3.8.4). */
    public QoS min(QoS other) {
        return ordinal() <= other.ordinal() ? this : other;
    }
}
