package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * Policy for a QoS 1 or 2 message to a session whose queue is full when no store takes the message. Each loss emits an
 * event and is counted.
 *
 * @since 0.1.0
 */
@Stable
public enum Overflow {
    /** The arriving message is dropped. */
    DROP_NEWEST,
    /** The message that has waited longest is dropped to make room; those in flight stay. */
    DROP_OLDEST,
    /** The arriving message is dropped, and the client's connection, if any, is closed with 0x97 (Quota exceeded). */
    DISCONNECT,
    /**
     * Like {@link #DROP_NEWEST}; in addition an MQTT 5.0 publisher gets 0x97 when no session at all could take its
     * message. MQTT 3 has no such answer.
     */
    REJECT_PUBLISHER
}
