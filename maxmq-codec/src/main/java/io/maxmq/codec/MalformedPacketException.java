package io.maxmq.codec;

/**
 * Bytes from the network that are not MQTT, or not allowed here. Expected, so without a stack trace: the one place that
 * catches it answers with {@link #reason()} where the version can, and closes the connection (MQTT 5.0 §4.13).
 */
public final class MalformedPacketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reason;

    /** {@code detail} names the field and its value; it is for logs and may quote what the peer sent. */
    public MalformedPacketException(ReasonCode reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    /** Returns the reason code for CONNACK or DISCONNECT; always an error. */
    public ReasonCode reason() {
        return reason;
    }
}
