package io.maxmq.spi;

/**
 * Why a message did not reach a session that it was meant for, or did not reach the broker. New reasons may come with a
 * minor version.
 *
 * @since 0.1.0
 */
@Stable
public enum DropReason {
    /** The session's queue held as many messages as it may. */
    QUEUE_FULL_MESSAGES,
    /** The session's queue held as many bytes as it may. */
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
    /** Not the UTF-8 that its payload format indicator says (MQTT 5.0 §3.3.2.3.2), and the broker was told to look. */
    PAYLOAD_FORMAT,
    /** A rate limiter said drop. */
    RATE_LIMIT,
    /** An interceptor dropped or rejected it, or failed. */
    INTERCEPTED,
    /** The session ended while it still held the message. */
    SESSION_ENDED,
    /** It was to be retained, and retained messages have reached their bound; it was refused. */
    RETAINED_LIMIT,
    /** It was to be published later, and such messages have reached one of their bounds; it was refused. */
    DELAYED_LIMIT,
    /** Its topic asks for something, like {@code $delayed/}, and is not as it must be for that. */
    INVALID_TOPIC,
    /** Storage refused it. */
    STORAGE,
    /** The broker shed load. */
    OVERLOAD,
    /** The broker was closing. */
    SHUTTING_DOWN
}
