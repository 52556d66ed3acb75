package io.maxmq.config;

import io.maxmq.spi.Stable;

/**
 * What happens to a QoS 1 or 2 message for a session whose queue is full, when no storage takes it. Each loss is an
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
    /** The arriving message is dropped and the client's connection, if any, closed with 0x97 (Quota exceeded). */
    DISCONNECT,
    /**
     * Like {@link #DROP_NEWEST}, but a publisher whose message no session at all could take is told by 0x97 (v5); v3
     * has no way to say it.
     */
    REJECT_PUBLISHER
}
