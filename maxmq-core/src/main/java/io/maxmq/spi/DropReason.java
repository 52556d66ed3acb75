package io.maxmq.spi;

/**
 * The reason why a message did not reach a matching session, or did not reach the broker. Minor versions may add
 * reasons.
 *
 * @since 0.1.0
 */
@Stable
public enum DropReason {
    /** The session's queue was full by its bound of messages. */
    QUEUE_FULL_MESSAGES,
    /** The session's queue was full by its bound of bytes. */
    QUEUE_FULL_BYTES,
    /** The broker's memory budget was used up. */
    MEMORY,
    /** Its message expiry interval passed. */
    EXPIRED,
    /** Larger than the receiver's maximum packet size (MQTT 5.0 §3.1.2.11.4). */
    TOO_LARGE,
    /** QoS 0 and the subscriber's connection took no more bytes. */
    QOS0_NOT_WRITABLE,
    /** QoS 0 and the subscriber was not connected. */
    QOS0_OFFLINE,
    /** The subscription is kept without a queue, and the subscriber was not connected. */
    NOT_QUEUED,
    /** An authorizer denied it, or failed. */
    NOT_AUTHORIZED,
    /**
     * The payload is not UTF-8 although its payload format indicator says so (MQTT 5.0 §3.3.2.3.2), and the broker is
     * configured to check.
     */
    PAYLOAD_FORMAT,
    /** A rate limiter dropped it. */
    RATE_LIMIT,
    /** An interceptor dropped or rejected it, or failed. */
    INTERCEPTED,
    /** The session ended while it still held the message. */
    SESSION_ENDED,
    /** It was refused as a retained message: retained messages have reached their bound. */
    RETAINED_LIMIT,
    /** It was refused as a delayed message: delayed messages have reached one of their bounds. */
    DELAYED_LIMIT,
    /** Its topic has a special prefix such as {@code $delayed/}, and the rest of it is invalid. */
    INVALID_TOPIC,
    /** Storage refused it. */
    STORAGE,
    /** The broker shed load. */
    OVERLOAD,
    /** The broker was closing. */
    SHUTTING_DOWN
}
